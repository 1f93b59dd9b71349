using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Cli;

/// <summary><c>users key</c>: keys by which machines read the API. A key is shown once, when it is made; the ledger keeps its hash.</summary>
public static class KeysCommand
{
    public static Command Create()
    {
        var add = new Command("add", "Make a key and print it, once. Send it as 'Authorization: Bearer KEY'.") { UsersCommand.Name, UsersCommand.RoleOf, UsersCommand.Divisions, UsersCommand.Company };
        add.SetAction(Add);
        var list = new Command("list", "All keys with the day of their last use, without anything secret.");
        list.SetAction(List);
        var revoke = new Command("revoke", "Refuse this key from now on.") { UsersCommand.Name };
        revoke.SetAction(Revoke);
        return new Command("key", "Keys by which machines read the API.") { add, list, revoke };
    }

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static int Add(ParseResult parsed)
    {
        var name = parsed.GetValue(UsersCommand.Name)!;
        using var ledger = Opened.Ledger(parsed);
        var (role, company, divisions) = UsersCommand.Scope(ledger, parsed);
        if (ledger.Access.Keys().Any(key => key.Name == name)) throw new CommandException($"There is a key '{name}' already, perhaps a revoked one. Use another name.");
        var secret = "mp_" + AccessToken.New();
        ledger.Access.PutKey(new ApiKey(name, role, company, divisions, AccessToken.Hash(secret), NowMs, null, null), Opened.Actor, NowMs);
        Console.WriteLine(secret);
        Console.Error.WriteLine($"Added key {name}, {UsersCommand.Named(role)} of {company ?? UsersCommand.Shown(divisions)}. The line above is shown only now.");
        return ExitCode.Done;
    }

    private static int List(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var keys = ledger.Access.Keys();
        foreach (var key in keys)
        {
            var used = key.UsedDay is { } day ? $"last used {new LocalDay(day)}" : "never used";
            var state = key.RevokedAtMs is { } at ? $"revoked {LocalTime.Format(at)}" : "valid";
            Console.WriteLine($"{key.Name,-24}  {UsersCommand.Named(key.Role),-13}  {key.Company ?? UsersCommand.Shown(key.Divisions),-24}  {used}  {state}");
        }
        Console.WriteLine($"{keys.Count:N0} keys");
        return ExitCode.Done;
    }

    private static int Revoke(ParseResult parsed)
    {
        var name = parsed.GetValue(UsersCommand.Name)!;
        using var ledger = Opened.Ledger(parsed);
        var key = ledger.Access.Keys().FirstOrDefault(k => k.Name == name) ?? throw new CommandException($"There is no key '{name}'. See: meterpipeline users key list");
        if (key.RevokedAtMs is null) ledger.Access.PutKey(key with { RevokedAtMs = NowMs }, Opened.Actor, NowMs);
        Console.WriteLine($"Key {name} is revoked.");
        return ExitCode.Done;
    }
}
