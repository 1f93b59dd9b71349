using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>What the import pages say, in one language. <c>{0}</c> marks what is filled in.</summary>
internal sealed record ImportTexts
{
    public required string Title { get; init; }
    public required string Kind { get; init; }
    public required string FileLabel { get; init; }
    public required string Upload { get; init; }
    public required string UploadHint { get; init; }
    public required string ColumnsTitle { get; init; }
    public required string Required { get; init; }
    public required string Optional { get; init; }
    public required string Reading { get; init; }
    public required string Writing { get; init; }
    public required string ProgressText { get; init; }
    public required string Refresh { get; init; }
    public required string Previewed { get; init; }
    public required string Applied { get; init; }
    public required string Moved { get; init; }
    public required string MovedPartly { get; init; }
    public required string Failed { get; init; }
    public required string Rows { get; init; }
    public required string Added { get; init; }
    public required string Changed { get; init; }
    public required string Unchanged { get; init; }
    public required string Refused { get; init; }
    public required string ConfirmText { get; init; }
    public required string Confirm { get; init; }
    public required string NothingToDo { get; init; }
    public required string PreviewAgain { get; init; }
    public required string Discard { get; init; }
    public required string Another { get; init; }
    public required string ChangesTitle { get; init; }
    public required string ChangesDone { get; init; }
    public required string ChangesHint { get; init; }
    public required string RefusedTitle { get; init; }
    public required string RefusedHint { get; init; }
    public required string Download { get; init; }
    public required string Line { get; init; }
    public required string Column { get; init; }
    public required string Remedy { get; init; }
    public required string Notes { get; init; }
    public required string FaultTitle { get; init; }
    public required IReadOnlyDictionary<UploadFault, string> Faults { get; init; }
    public required IReadOnlyDictionary<ImportFailure, string> Failures { get; init; }
    public required IReadOnlyDictionary<RegistryFile, string> Kinds { get; init; }

    public static ImportTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    public static ImportTexts Chinese { get; } = new()
    {
        Title = "导入登记文件",
        Kind = "文件种类",
        FileLabel = "CSV 文件",
        Upload = "上传并预览",
        UploadHint = "UTF-8 编码，最大 {0} MiB，首行为列名（中文或英文）。预览不写入任何内容，确认后才生效；同一文件重复导入不会产生变更。",
        ColumnsTitle = "各类文件的列",
        Required = "必填列",
        Optional = "可选列",
        Reading = "正在读取，尚未写入",
        Writing = "正在写入",
        ProgressText = "已读 {0} 行，{1}%",
        Refresh = "刷新进度",
        Previewed = "预览完成，尚未写入",
        Applied = "已写入",
        Moved = "预览后登记已被他人修改，未写入任何内容。请重新预览。",
        MovedPartly = "写入期间登记被他人修改：此前 {0} 行已写入，其余未写入。请重新预览，已写入的行将显示为不变。",
        Failed = "未完成",
        Rows = "读取行数",
        Added = "新增",
        Changed = "变更",
        Unchanged = "不变",
        Refused = "拒收行",
        ConfirmText = "确认后写入：新增 {0} 行，变更 {1} 行；拒收的 {2} 行不写入。",
        Confirm = "确认写入",
        NothingToDo = "没有可写入的内容。",
        PreviewAgain = "重新预览",
        Discard = "放弃",
        Another = "导入另一个文件",
        ChangesTitle = "将发生的变更",
        ChangesDone = "已写入的变更",
        ChangesHint = "前 {0} 项，共 {1} 项；姓名与户号已脱敏",
        RefusedTitle = "拒收的行",
        RefusedHint = "前 {0} 个问题，共 {1} 个",
        Download = "下载拒收清单（CSV）",
        Line = "行号",
        Column = "列",
        Remedy = "处理办法",
        Notes = "提示",
        FaultTitle = "未能接收文件",
        Faults = new Dictionary<UploadFault, string>
        {
            [UploadFault.NotAForm] = "上传中断或内容不完整。请重新选择文件上传。",
            [UploadFault.Forged] = "表单不是由本站页面提交，或已过期。请重新打开导入页。",
            [UploadFault.UnknownKind] = "未选择文件种类。",
            [UploadFault.NoFile] = "没有选择文件，或文件为空。",
            [UploadFault.TooLarge] = "文件超过 64 MiB。请按县或乡镇拆分后分别导入。",
            [UploadFault.Busy] = "正在处理的导入已达上限，请稍后再试。",
        },
        Failures = new Dictionary<ImportFailure, string>
        {
            [ImportFailure.Stopped] = "系统期间已停止。请重新上传文件。",
            [ImportFailure.Away] = "台账暂时不可用（数据库连不上、正被占用，或磁盘已满）。请稍后重新预览。",
            [ImportFailure.Refused] = "台账未接受文件中的变更，原因见服务器日志。请联系管理员。",
            [ImportFailure.File] = "服务器无法读写上传的文件（磁盘已满或文件已被清理）。请重新上传。",
            [ImportFailure.Broken] = "系统出错，原因见服务器日志。请联系管理员。",
        },
        Kinds = new Dictionary<RegistryFile, string>
        {
            [RegistryFile.Divisions] = "行政区划",
            [RegistryFile.Companies] = "供能企业",
            [RegistryFile.Households] = "户",
            [RegistryFile.Meters] = "表计（含换表）",
            [RegistryFile.HeatedHouseholds] = "企业实际供暖户数",
            [RegistryFile.Aliases] = "户号对应",
        },
    };

    public static ImportTexts English { get; } = new()
    {
        Title = "Import a registry file",
        Kind = "Kind of file",
        FileLabel = "CSV file",
        Upload = "Upload and preview",
        UploadHint = "UTF-8, at most {0} MiB, column names (Chinese or English) in line 1. A preview writes nothing; only your confirmation does. The same file twice changes nothing.",
        ColumnsTitle = "Columns of each kind",
        Required = "Required",
        Optional = "Optional",
        Reading = "Reading; nothing is written yet",
        Writing = "Writing",
        ProgressText = "{0} rows read, {1}%",
        Refresh = "Refresh",
        Previewed = "Previewed; nothing is written yet",
        Applied = "Written",
        Moved = "Somebody else changed the registry after the preview. Nothing was written: preview again.",
        MovedPartly = "Somebody else changed the registry meanwhile: {0} rows had been written, the rest was not. Preview again; rows already written will show as unchanged.",
        Failed = "Not completed",
        Rows = "Rows read",
        Added = "Added",
        Changed = "Changed",
        Unchanged = "Unchanged",
        Refused = "Refused",
        ConfirmText = "Confirming writes {0} added and {1} changed rows; the {2} refused rows are left out.",
        Confirm = "Confirm and write",
        NothingToDo = "There is nothing to write.",
        PreviewAgain = "Preview again",
        Discard = "Discard",
        Another = "Import another file",
        ChangesTitle = "What will change",
        ChangesDone = "What was changed",
        ChangesHint = "the first {0} of {1}; names and account numbers masked",
        RefusedTitle = "Refused rows",
        RefusedHint = "the first {0} of {1} problems",
        Download = "Download refused rows (CSV)",
        Line = "Line",
        Column = "Column",
        Remedy = "Remedy",
        Notes = "Remarks",
        FaultTitle = "The file was not taken",
        Faults = new Dictionary<UploadFault, string>
        {
            [UploadFault.NotAForm] = "The upload broke off or is incomplete. Choose the file and upload it again.",
            [UploadFault.Forged] = "The form was not sent from one of our pages, or has expired. Open the import page again.",
            [UploadFault.UnknownKind] = "No kind of file was chosen.",
            [UploadFault.NoFile] = "No file was chosen, or it is empty.",
            [UploadFault.TooLarge] = "The file is larger than 64 MiB. Split it by county or township and import the parts.",
            [UploadFault.Busy] = "Too many imports are at work. Try again in a moment.",
        },
        Failures = new Dictionary<ImportFailure, string>
        {
            [ImportFailure.Stopped] = "The program ended meanwhile. Upload the file again.",
            [ImportFailure.Away] = "The ledger takes nothing at this moment: it cannot be reached, is in use, or its disk is full. Preview again soon.",
            [ImportFailure.Refused] = "The ledger did not take what the file would change; the server's log says why. Ask an administrator.",
            [ImportFailure.File] = "The server cannot read or write the uploaded file: its disk is full, or the file was swept away. Upload it again.",
            [ImportFailure.Broken] = "Something failed; the server's log says why. Ask an administrator.",
        },
        Kinds = new Dictionary<RegistryFile, string>
        {
            [RegistryFile.Divisions] = "divisions",
            [RegistryFile.Companies] = "companies",
            [RegistryFile.Households] = "households",
            [RegistryFile.Meters] = "meters and exchanges",
            [RegistryFile.HeatedHouseholds] = "heated households of enterprises",
            [RegistryFile.Aliases] = "account numbers",
        },
    };
}
