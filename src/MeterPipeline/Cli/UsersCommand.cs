using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Cli;

/// <summary><c>users</c>: who may publish, and who may sign in at the pages. A running pipeline follows within a second. Passwords never stand on the
/// command line.</summary>
public static class UsersCommand
{
    internal static readonly Argument<string> Name = new("NAME") { Description = "Letters, digits and . _ - @, at most 64; case counts." };
    internal static readonly Option<string> RoleOf = new("--role")
    {
        Description = "company (publishes that company's readings), administrator, bureau, finance or township.",
        DefaultValueFactory = _ => "company",
        HelpName = "ROLE",
    };
    internal static readonly Option<string> Divisions = new("--divisions")
    {
        Description = "Division codes or prefixes with commas: 1408,140882101. Default: all; a township reader needs some.",
        DefaultValueFactory = _ => "",
        HelpName = "CODES",
    };
    internal static readonly Option<string?> Company = new("--company") { Description = "Company that the role company belongs to.", HelpName = "COMPANY" };
    private static readonly Argument<string> Codes = new("CODES") { Description = "Division codes or prefixes with commas, or 'all'." };

    public static Command Create()
    {
        var add = new Command("add", "Add a user. Asks for the password, or reads it from standard input. People change it at their first sign-in.")
        {
            Name, RoleOf, Divisions, Company,
        };
        add.SetAction(Add);
        var list = new Command("list", "All users, without anything secret.");
        list.SetAction(List);
        var disable = new Command("disable", "Refuse this user from now on, and show its connections out.") { Name };
        disable.SetAction(parsed => Enable(parsed, false));
        var enable = new Command("enable", "Let this user in again.") { Name };
        enable.SetAction(parsed => Enable(parsed, true));
        var passwd = new Command("passwd", "Set another password. Asks for it, or reads it from standard input.") { Name };
        passwd.SetAction(SetPassword);
        var divisions = new Command("divisions", "Let this user see these divisions, and no others.") { Name, Codes };
        divisions.SetAction(SetDivisions);
        return new Command("users", "Who may publish readings, and who may sign in at the pages.") { add, list, disable, enable, passwd, divisions, KeysCommand.Create() };
    }

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static int Add(ParseResult parsed)
    {
        var name = parsed.GetValue(Name)!;
        using var ledger = Opened.Ledger(parsed, create: true);
        var (role, company, divisions) = Scope(ledger, parsed);
        if (ledger.Users().Any(u => u.Name == name))
            throw new CommandException($"There is a user '{name}' already. Set another password with: meterpipeline users passwd {name}");
        var user = new User(name, role, company, divisions, Hash(), MustChange: role != Role.Company, Enabled: true, NowMs, NowMs);
        ledger.PutUser(user, Opened.Actor, NowMs);
        Console.WriteLine(user.IsPerson
            ? $"Added {name}, {Named(role)} of {Shown(divisions)}. The password has to be changed at the first sign-in; pages and API ask everybody to sign in from now on."
            : $"Added {name}, publisher of {company}. Publishers without a password are refused from now on.");
        return ExitCode.Done;
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var users = ledger.Users();
        foreach (var user in users)
        {
            Console.WriteLine($"{user.Name,-24}  {Named(user.Role),-13}  {user.Company ?? Shown(user.Divisions),-24}  {(user.Enabled ? "enabled " : "disabled")}"
                + $"  password of {LocalTime.Format(user.PasswordAtMs)}{(user.MustChange ? ", to be changed" : "")}");
        }
        Console.WriteLine($"{users.Count:N0} users{(users.Count == 0 ? ": whoever reaches the loopback port may publish" : "")}"
            + (users.Any(user => user.IsPerson) ? "" : "; whoever reaches the web port on loopback reads masked data"));
        return ExitCode.Done;
    }

    private static int Enable(ParseResult parsed, bool enabled)
    {
        using var ledger = Opened.Ledger(parsed);
        var user = Find(ledger, parsed);
        ledger.PutUser(user with { Enabled = enabled }, Opened.Actor, NowMs);
        Console.WriteLine($"{user.Name} is {(enabled ? "enabled" : "disabled")}.");
        return ExitCode.Done;
    }

    private static int SetPassword(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var user = Find(ledger, parsed);
        ledger.PutUser(user with { Hash = Hash(), MustChange = user.IsPerson, PasswordAtMs = NowMs }, Opened.Actor, NowMs);
        Console.WriteLine($"The password of {user.Name} is set; all its sessions and connections have to sign in anew{(user.IsPerson ? ", and change it" : "")}.");
        return ExitCode.Done;
    }

    private static User Find(ILedger ledger, ParseResult parsed)
    {
        var name = parsed.GetValue(Name)!;
        return ledger.Users().FirstOrDefault(u => u.Name == name) ?? throw new CommandException($"There is no user '{name}'. See: meterpipeline users list");
    }

    private static int SetDivisions(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var (user, codes) = (Find(ledger, parsed), parsed.GetValue(Codes)!);
        var divisions = Read(codes == "all" ? "" : codes);
        RequireDivisions(user.Role, divisions);
        ledger.PutUser(user with { Divisions = divisions }, Opened.Actor, NowMs);
        Console.WriteLine($"{user.Name} sees {Shown(divisions)}.");
        return ExitCode.Done;
    }

    /// <summary>Role, company and divisions of a user or key to be added, checked.</summary>
    internal static (Role Role, string? Company, IReadOnlyList<string> Divisions) Scope(ILedger ledger, ParseResult parsed)
    {
        var (name, text, company) = (parsed.GetValue(Name)!, parsed.GetValue(RoleOf)!, parsed.GetValue(Company));
        if (!User.IsName(name)) throw new CommandException("The name of a user or key has 1 to 64 letters, digits and . _ - @ of ASCII.");
        if (!Enum.GetValues<Role>().Any(known => Named(known) == text))
            throw new CommandException($"There is no role '{text}'; use one of {string.Join(", ", Enum.GetValues<Role>().Select(Named))}.");
        var (role, divisions) = (Enum.Parse<Role>(text, ignoreCase: true), Read(parsed.GetValue(Divisions)!));
        RequireDivisions(role, divisions);
        if (role != Role.Company) return company is null ? (role, null, divisions) : throw new CommandException($"--company is for the role company; {text} takes --divisions.");
        RequireCompany(ledger, company ?? throw new CommandException("The role company needs --company COMPANY."));
        return (role, company, divisions);
    }

    internal static string Named(Role role) => role.ToString().ToLowerInvariant();

    internal static string Shown(IReadOnlyList<string> divisions) => divisions.Count == 0 ? "all divisions" : string.Join(',', divisions);

    private static IReadOnlyList<string> Read(string codes) => DivisionCode.TryReadList(codes, out var divisions)
        ? divisions
        : throw new CommandException($"'{codes}' are not division codes: write codes or prefixes of 2, 4, 6, 9 or 12 digits with commas, such as 1408,140882101.");

    private static void RequireDivisions(Role role, IReadOnlyList<string> divisions)
    {
        if (role == Role.Township && divisions.Count == 0) throw new CommandException("A township reader sees its own divisions only: name them with --divisions 140882101.");
        if (role == Role.Company && divisions.Count > 0) throw new CommandException("A company sees its own meters, wherever they are: leave --divisions out.");
    }

    private static void RequireCompany(ILedger ledger, string company)
    {
        using var view = ledger.OpenView();
        if (!view.Registry().Companies.ContainsKey(company))
            throw new CommandException($"Company '{company}' is not registered. Import it with: meterpipeline import companies FILE");
    }

    private static string Hash()
    {
        try
        {
            return PasswordHash.Create(Encoding.UTF8.GetBytes(Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : AskTwice()));
        }
        catch (ArgumentException error)
        {
            throw new CommandException(error.Message);
        }
    }

    private static string AskTwice()
    {
        var first = Ask("Password: ");
        return first == Ask("Once more: ") ? first : throw new CommandException("The two passwords differ; nothing was changed.");
    }

    internal static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        for (ConsoleKeyInfo key; (key = Console.ReadKey(intercept: true)).Key != ConsoleKey.Enter;)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
