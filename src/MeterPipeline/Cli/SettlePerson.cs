using System.CommandLine;
using System.Text;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Cli;

/// <summary>
/// Who does a step of a settlement: a user who proves it with a password, or, while there are no persons among the users, whoever may write the data
/// folder. A provisional draft stays open to them, because nobody can confirm it; any other draft is somebody's, who may not confirm it.
/// </summary>
internal static class SettlePerson
{
    public static Option<string?> As { get; } = new("--as")
    {
        Description = "User who does this; the password is asked for, or read from standard input.",
        HelpName = "USER",
    };

    /// <exception cref="CommandException">The person is not who they say, or the step needs one and none was named.</exception>
    /// <param name="provisional">The step drafts a run that nobody can confirm.</param>
    public static Signatory Of(ParseResult parsed, ILedger ledger, RunStepKind kind, bool provisional = false)
    {
        var users = ledger.Users();
        if (parsed.GetValue(As) is { } name) return Proven(users.FirstOrDefault(user => user.Name == name), name);
        var persons = users.Any(user => user.Enabled && OfficeOf(user) != Office.None);
        if (kind is RunStepKind.Confirmed or RunStepKind.Paid)
            throw Refused($"To {(kind == RunStepKind.Paid ? "pay" : "confirm")} a run takes somebody of finance, and another person than the one before: name them with --as USER. "
                + (persons ? "" : "There are none yet: add them with meterpipeline users add NAME --role finance."));
        if (persons && !provisional) throw Refused("There are users who settle: say who does this with --as USER.");
        return new Signatory(Opened.Actor, Office.Bureau);
    }

    private static Signatory Proven(User? user, string name)
    {
        var password = Encoding.UTF8.GetBytes(Console.IsInputRedirected ? Console.In.ReadLine() ?? "" : UsersCommand.Ask($"Password of {name}: "));
        if (!PasswordHash.Verify(password, user?.Hash ?? PasswordHash.Nobody) || user is not { Enabled: true })
            throw Refused($"'{name}' is not an enabled user with that password. See: meterpipeline users list");
        if (user.MustChange)
            throw Refused($"The password of {name} was given by somebody else, who could act in that name: set another first, with meterpipeline users passwd {name} or at the first sign-in.");
        return new Signatory(user.Name, OfficeOf(user), [.. user.Divisions.Select(Prefix)]);
    }

    /// <summary>Offices have the numbers of their roles.</summary>
    private static Office OfficeOf(User user) => Enum.IsDefined((Office)user.Role) ? (Office)user.Role : Office.None;

    /// <summary>A division code without the zeros that stand for lower levels: 140802000000 is 140802.</summary>
    internal static string Prefix(string code)
    {
        var significant = code.TrimEnd('*').TrimEnd('0').Length;
        foreach (var level in (ReadOnlySpan<int>)[0, 2, 4, 6, 9])
            if (code.Length == 12 && significant <= level) return code[..level];
        return code.TrimEnd('*');
    }

    private static CommandException Refused(string message) => new(message.TrimEnd(), ExitCode.Difference);
}
