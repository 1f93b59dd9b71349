using System.Globalization;

namespace MeterPipeline.Crash;

/// <summary>Which ledger is disturbed.</summary>
public enum LedgerKind { Sqlite, Postgres }

/// <summary>How the harness itself is made to fail, to prove that it can.</summary>
public enum Mutation
{
    None,

    /// <summary>One acknowledged reading is taken out of what was found stored.</summary>
    Lose,

    /// <summary>One reading is found stored twice.</summary>
    Double,

    /// <summary>One amount of the export is another.</summary>
    Amount,

    /// <summary>The disk says that it synced, and did not: PUBACK before commit. Shows with a power cut on SQLite.</summary>
    LyingDisk,
}

/// <summary>What to do to which ledger, and how often.</summary>
public sealed record CrashOptions
{
    public const string Usage = """
        Usage: --ledger sqlite|postgres --crashes N --seed S [--fault NAME,NAME] [--mixed] [--nodes N] [--minutes M] [--mutation lose|double|amount|lying-disk] [--out FILE]
          --crashes  in all, spread over the faults; --fault: without it, every fault of the ledger; --mixed: an episode goes through all of them in turn
          --nodes    processes that take readings (PostgreSQL only, default 1); --minutes: begin no episode after that
        Exit code 0: nothing lost, doubled or different; 1: something was, its folder is kept; 2: usage.
        """;

    public LedgerKind Ledger { get; init; }

    public int Crashes { get; init; } = 20;

    public int Seed { get; init; } = 1;

    /// <summary>Names; empty: every fault of the ledger.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public bool Mixed { get; init; }

    public int Nodes { get; init; } = 1;

    public double Minutes { get; init; } = double.PositiveInfinity;

    public Mutation Mutation { get; init; }

    /// <summary>Where the table goes; null: standard output only.</summary>
    public string? Out { get; init; }

    /// <exception cref="FormatException">An argument cannot be used; the message names it.</exception>
    public static CrashOptions Parse(string[] args)
    {
        var options = new CrashOptions();
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            options = name switch
            {
                "--mixed" => options with { Mixed = true },
                "--ledger" => options with { Ledger = Word<LedgerKind>(Value(args, ref i)) },
                "--crashes" => options with { Crashes = Number(Value(args, ref i)) },
                "--seed" => options with { Seed = Number(Value(args, ref i)) },
                "--fault" => options with { Faults = Value(args, ref i).Split(',') },
                "--nodes" => options with { Nodes = Number(Value(args, ref i)) },
                "--minutes" => options with { Minutes = Number(Value(args, ref i)) },
                "--mutation" => options with { Mutation = Word<Mutation>(Value(args, ref i)) },
                "--out" => options with { Out = Value(args, ref i) },
                _ => throw new FormatException($"There is no argument {name}."),
            };
        }
        if (options.Nodes < 1 || (options.Nodes > 1 && options.Ledger == LedgerKind.Sqlite)) throw new FormatException("--nodes: one folder of SQLite has one node; PostgreSQL any number.");
        return options.Crashes < 1 ? throw new FormatException("--crashes must be 1 or more.") : options;
    }

    private static string Value(string[] args, ref int i) => ++i < args.Length ? args[i] : throw new FormatException($"{args[i - 1]} needs a value.");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"'{text}' is not a number.");

    private static T Word<T>(string text) where T : struct, Enum =>
        Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var word) && Enum.IsDefined(word) ? word : throw new FormatException($"'{text}' is none of {string.Join(", ", Enum.GetNames<T>())}.");
}
