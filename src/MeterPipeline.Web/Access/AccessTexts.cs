using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Web.Access;

/// <summary>What the pages say about signing in, users, rights and the access log, in one language.</summary>
internal sealed record AccessTexts
{
    public required string SignIn { get; init; }
    public required string SignOut { get; init; }
    public required string Name { get; init; }
    public required string Password { get; init; }
    public required string OldPassword { get; init; }
    public required string NewPassword { get; init; }
    public required string Again { get; init; }
    public required string ChangePassword { get; init; }
    public required string MustChange { get; init; }
    public required string PasswordRule { get; init; }
    public required string Continue { get; init; }
    public required string ContinueHint { get; init; }
    public required string Send { get; init; }
    public required string DoNotSend { get; init; }
    public required string Guest { get; init; }
    public required string GuestHint { get; init; }
    public required string ForbiddenTitle { get; init; }
    public required string ForbiddenText { get; init; }
    public required string TooLargeTitle { get; init; }
    public required string TooLargeText { get; init; }
    public required string TooManyTitle { get; init; }
    public required string TooManyText { get; init; }
    public required string Coverage { get; init; }
    public required string Users { get; init; }
    public required string UsersHint { get; init; }
    public required string AddUser { get; init; }
    public required string Role { get; init; }
    public required string Divisions { get; init; }
    public required string DivisionsHint { get; init; }
    public required string AllDivisions { get; init; }
    public required string State { get; init; }
    public required string Enabled { get; init; }
    public required string Disabled { get; init; }
    public required string Enable { get; init; }
    public required string Disable { get; init; }
    public required string ResetPassword { get; init; }
    public required string Save { get; init; }
    public required string PasswordOf { get; init; }
    public required string GivenPassword { get; init; }
    public required string Log { get; init; }
    public required string LogHint { get; init; }
    public required string When { get; init; }
    public required string WhoDid { get; init; }
    public required string What { get; init; }
    public required string Subject { get; init; }
    public required string Accruals { get; init; }
    public required string AllReadings { get; init; }
    public required string SettlementRun { get; init; }
    public required string AsFile { get; init; }
    public required string QuarantinedMessage { get; init; }
    public required string QuarantinedMessages { get; init; }
    public required string UpToMessage { get; init; }
    public required string Why { get; init; }
    public required string Older { get; init; }
    public required string LogEmpty { get; init; }
    public required string Unmask { get; init; }
    public required string UnmaskHint { get; init; }
    public required string Unmasked { get; init; }
    public required string Accounts { get; init; }

    /// <summary>What is wrong with a form of /users, by the word that the endpoint gives.</summary>
    public required IReadOnlyDictionary<string, string> UserFaults { get; init; }
    public required IReadOnlyDictionary<SignInNote, string> Notes { get; init; }
    public required IReadOnlyDictionary<Role, string> Roles { get; init; }
    public required IReadOnlyDictionary<AccessAct, string> Acts { get; init; }

    public static AccessTexts Chinese { get; } = new()
    {
        SignIn = "登录",
        SignOut = "退出",
        Name = "用户名",
        Password = "密码",
        OldPassword = "当前密码",
        NewPassword = "新密码",
        Again = "再次输入新密码",
        ChangePassword = "修改密码",
        MustChange = "首次登录须修改管理员给定的密码。",
        PasswordRule = "至少 12 个字符（汉字每个按 3 个计）。",
        Continue = "继续提交",
        ContinueHint = "登录已过期，您填写的内容没有丢失，也尚未提交。请核对后提交。",
        Send = "提交",
        DoNotSend = "不提交",
        Guest = "访客 · 只读",
        GuestHint = "尚未设置用户：本机访问者可查看脱敏数据，不能修改。",
        ForbiddenTitle = "无权查看",
        ForbiddenText = "您的角色或所辖区划不包括此内容；若是提交表单，请重新打开页面再试。",
        TooLargeTitle = "内容过大",
        TooLargeText = "提交的内容超过上限。",
        TooManyTitle = "提交过于频繁",
        TooManyText = "请一分钟后再试。",
        Coverage = "上报情况",
        Users = "用户",
        UsersHint = "禁用或重置密码后，该用户的所有登录立即失效。上报数据的企业账号也在此列。",
        AddUser = "新增用户",
        Role = "角色",
        Divisions = "所辖区划",
        DivisionsHint = "区划代码或前缀，逗号分隔；留空为全部",
        AllDivisions = "全部",
        State = "状态",
        Enabled = "启用",
        Disabled = "已禁用",
        Enable = "启用",
        Disable = "禁用",
        ResetPassword = "重置密码",
        Save = "保存",
        PasswordOf = "密码设置于",
        GivenPassword = "{0} 的初始密码（仅显示这一次，首次登录时须修改）：",
        Log = "访问记录",
        LogHint = "登录、查看个人信息、导出与重放，只增不改。",
        When = "时间",
        WhoDid = "用户",
        What = "操作",
        Subject = "对象",
        Accruals = "补贴清单",
        AllReadings = "全部读数",
        SettlementRun = "补贴清算第 {0} 批",
        AsFile = "{0}（{1}）",
        QuarantinedMessage = "隔离消息",
        QuarantinedMessages = "{0} 条隔离消息",
        UpToMessage = "编号至 {0}",
        Why = "事由",
        Older = "更早",
        LogEmpty = "暂无记录",
        Unmask = "查看姓名与户号",
        UnmaskHint = "事由（将记入访问记录）",
        Unmasked = "本次查看已记录，{0} 分钟后恢复脱敏。",
        Accounts = "户号",
        UserFaults = ChineseUserFaults,
        Notes = ChineseNotes,
        Roles = ChineseRoles,
        Acts = new Dictionary<AccessAct, string> { [AccessAct.SignIn] = "登录", [AccessAct.Unmask] = "查看个人信息", [AccessAct.Export] = "导出", [AccessAct.Replay] = "重放隔离消息" },
    };

    public static AccessTexts English { get; } = new()
    {
        SignIn = "Sign in",
        SignOut = "Sign out",
        Name = "User name",
        Password = "Password",
        OldPassword = "Present password",
        NewPassword = "New password",
        Again = "New password once more",
        ChangePassword = "Change password",
        MustChange = "The password that the administrator gave has to be changed at the first sign-in.",
        PasswordRule = "At least 12 characters; a Chinese one counts as 3.",
        Continue = "Go on",
        ContinueHint = "Your session was over. What you typed is not lost, and not sent yet. Look at it, then send it.",
        Send = "Send",
        DoNotSend = "Do not send",
        Guest = "Guest · read only",
        GuestHint = "No users yet: visitors at this machine may read masked data and change nothing.",
        ForbiddenTitle = "Not yours to see",
        ForbiddenText = "Your role or your divisions do not include this. If you sent a form, open its page again and repeat.",
        TooLargeTitle = "Too large",
        TooLargeText = "What was sent is larger than allowed.",
        TooManyTitle = "Too many forms",
        TooManyText = "Try again in a minute.",
        Coverage = "Coverage",
        Users = "Users",
        UsersHint = "Disabling a user or resetting a password ends all of the user's sessions at once. Companies that publish readings are listed too.",
        AddUser = "Add a user",
        Role = "Role",
        Divisions = "Divisions",
        DivisionsHint = "Division codes or prefixes, with commas; empty: all",
        AllDivisions = "all",
        State = "State",
        Enabled = "enabled",
        Disabled = "disabled",
        Enable = "Enable",
        Disable = "Disable",
        ResetPassword = "Reset password",
        Save = "Save",
        PasswordOf = "Password of",
        GivenPassword = "First password of {0}, shown only now, to be changed at the first sign-in:",
        Log = "Access log",
        LogHint = "Sign-ins, personal data shown, exports, replays. Entries are added and never changed.",
        When = "Time",
        WhoDid = "Who",
        What = "What",
        Subject = "Of",
        Accruals = "Accruals",
        AllReadings = "All readings",
        SettlementRun = "Settlement run {0}",
        AsFile = "{0} ({1})",
        QuarantinedMessage = "Quarantined message",
        QuarantinedMessages = "{0} quarantined {0:message|messages}",
        UpToMessage = "up to number {0}",
        Why = "Why",
        Older = "Older",
        LogEmpty = "Nothing yet",
        Unmask = "Show name and account numbers",
        UnmaskHint = "Why (kept in the access log)",
        Unmasked = "This look is on record; masked again after {0} minutes.",
        Accounts = "Account numbers",
        UserFaults = EnglishUserFaults,
        Notes = EnglishNotes,
        Roles = EnglishRoles,
        Acts = new Dictionary<AccessAct, string> { [AccessAct.SignIn] = "signed in", [AccessAct.Unmask] = "saw personal data", [AccessAct.Export] = "exported", [AccessAct.Replay] = "replayed quarantine" },
    };

    private static Dictionary<string, string> ChineseUserFaults => new()
    {
        ["name"] = "用户名为 1 至 64 个字母、数字或 . _ - @。",
        ["taken"] = "该用户名已存在。",
        ["divisions"] = "区划代码有误：应为 2、4、6、9 或 12 位代码或前缀。",
        ["township"] = "乡镇用户须指定所辖区划。",
        ["company"] = "企业账号须填写已登记的企业。",
        ["self"] = "不能禁用自己。",
    };

    private static Dictionary<SignInNote, string> ChineseNotes => new()
    {
        [SignInNote.Expired] = "登录已过期，请重新登录；您填写的内容没有丢失。",
        [SignInNote.Wrong] = "用户名或密码不正确，或账号已禁用。",
        [SignInNote.LockedOut] = "尝试次数过多，请 {0} 秒后再试。",
        [SignInNote.Busy] = "系统繁忙，请稍后再试。",
        [SignInNote.Differ] = "两次输入的新密码不一致。",
        [SignInNote.Unfit] = "新密码过短、过长或与当前密码相同。",
        [SignInNote.NoUsers] = "尚无用户。请在服务器上运行：meterpipeline users add NAME --role administrator",
    };

    private static Dictionary<Role, string> ChineseRoles => new()
    {
        [Ledger.Users.Role.Company] = "供能企业",
        [Ledger.Users.Role.Administrator] = "管理员",
        [Ledger.Users.Role.Bureau] = "能源局",
        [Ledger.Users.Role.Finance] = "财政局",
        [Ledger.Users.Role.Township] = "乡镇",
    };

    private static Dictionary<string, string> EnglishUserFaults => new()
    {
        ["name"] = "A user name has 1 to 64 letters, digits and . _ - @.",
        ["taken"] = "There is a user of this name.",
        ["divisions"] = "Not division codes: write codes or prefixes of 2, 4, 6, 9 or 12 digits.",
        ["township"] = "A township reader needs divisions.",
        ["company"] = "A company's user needs a registered company.",
        ["self"] = "You cannot disable yourself.",
    };

    private static Dictionary<SignInNote, string> EnglishNotes => new()
    {
        [SignInNote.Expired] = "Your session is over. Sign in again; what you typed is not lost.",
        [SignInNote.Wrong] = "Unknown user, wrong password, or a disabled account.",
        [SignInNote.LockedOut] = "Too many attempts. Try again in {0} seconds.",
        [SignInNote.Busy] = "Busy. Try again in a moment.",
        [SignInNote.Differ] = "The two new passwords differ.",
        [SignInNote.Unfit] = "The new password is too short, too long, or the present one.",
        [SignInNote.NoUsers] = "There are no users yet. On the server run: meterpipeline users add NAME --role administrator",
    };

    private static Dictionary<Role, string> EnglishRoles => new()
    {
        [Ledger.Users.Role.Company] = "company",
        [Ledger.Users.Role.Administrator] = "administrator",
        [Ledger.Users.Role.Bureau] = "energy bureau",
        [Ledger.Users.Role.Finance] = "bureau of finance",
        [Ledger.Users.Role.Township] = "township",
    };
}
