using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Cli;

/// <summary><c>users</c>: who may publish. A running pipeline follows within seconds. Passwords never stand on the command line.</summary>
public static class UsersCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Letters, digits and . _ - @, at most 64; case counts." };
    private static readonly Option<string> RoleOf = new("--role") { Description = "What the user may do: company (publish that company's readings).", DefaultValueFactory = _ => "company", HelpName = "ROLE" };
    private static readonly Option<string> Company = new("--company") { Description = "Company that the publisher belongs to.", HelpName = "COMPANY", Required = true };

    public static Command Create()
    {
        var add = new Command("add", "Add a publisher. Asks for the password, or reads it from standard input.") { Name, RoleOf, Company };
        add.SetAction(Add);
        var list = new Command("list", "All users, without anything secret.");
        list.SetAction(List);
        var disable = new Command("disable", "Refuse this user from now on, and show its connections out.") { Name };
        disable.SetAction(parsed => Enable(parsed, false));
        var enable = new Command("enable", "Let this user in again.") { Name };
        enable.SetAction(parsed => Enable(parsed, true));
        var passwd = new Command("passwd", "Set another password. Asks for it, or reads it from standard input.") { Name };
        passwd.SetAction(SetPassword);
        return new Command("users", "Who may publish readings.") { add, list, disable, enable, passwd };
    }

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static int Add(ParseResult parsed)
    {
        var (name, role, company) = (parsed.GetValue(Name)!, parsed.GetValue(RoleOf)!, parsed.GetValue(Company)!);
        if (!User.IsName(name)) throw new CommandException("The name of a user has 1 to 64 letters, digits and . _ - @ of ASCII.");
        if (role != "company") throw new CommandException($"There is no role '{role}'; use company.");
        using var ledger = Opened.Ledger(parsed);
        RequireCompany(ledger, company);
        if (ledger.Users().Any(u => u.Name == name))
            throw new CommandException($"There is a user '{name}' already. Set another password with: meterpipeline users passwd {name}");
        ledger.PutUser(new User(name, Role.Company, company, [], Hash(), MustChange: false, Enabled: true, NowMs, NowMs), Opened.Actor, NowMs);
        Console.WriteLine($"Added {name}, publisher of {company}. Publishers without a password are refused from now on.");
        return ExitCode.Done;
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var users = ledger.Users();
        foreach (var user in users)
        {
            Console.WriteLine($"{user.Name,-24}  {user.Role.ToString().ToLowerInvariant(),-8}  {user.Company,-24}  {(user.Enabled ? "enabled " : "disabled")}"
                + $"  password of {LocalTime.Format(user.PasswordAtMs)}");
        }
        Console.WriteLine($"{users.Count:N0} users{(users.Count == 0 ? ": whoever reaches the loopback port may publish" : "")}");
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
        ledger.PutUser(user with { Hash = Hash(), MustChange = false, PasswordAtMs = NowMs }, Opened.Actor, NowMs);
        Console.WriteLine($"The password of {user.Name} is set; its connections have to sign in anew.");
        return ExitCode.Done;
    }

    private static User Find(ILedger ledger, ParseResult parsed)
    {
        var name = parsed.GetValue(Name)!;
        return ledger.Users().FirstOrDefault(u => u.Name == name) ?? throw new CommandException($"There is no user '{name}'. See: meterpipeline users list");
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
