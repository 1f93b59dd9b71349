using System.Globalization;

namespace MeterFleet;

/// <summary>The command line, checked.</summary>
internal sealed record CommandLine
{
    internal const string Usage = """
        meter-fleet: a fleet of heating meters that publishes a winter over MQTT

          --to HOST:PORT           broker, default 127.0.0.1:1883
          --user NAME              user name, the password comes from METERFLEET_PASSWORD
          --company ID             publish only this company's messages
          --households N           default 300
          --seed N                 default 1; the same seed gives the same bytes
          --season YYYY-YYYY       15 November to 15 March, default 2025-2026
          --gas SHARE              share of households on gas, default 0.25
          --quarter-hour SHARE     share of electricity meters at 15 minutes, default 0.5
          --faults LIST            none (default), all, or a list such as duplicates,swaps=0.2
                                   duplicates lateness reordering outages swaps rollovers glitches clock-skew
                                   lost-closings breaks conflicts corrections wrong-units strays rollbacks
          --speed max|DAYS         days of the season per second, default max
          --window N               messages in flight, default 256
          --registry DIR           write divisions, companies, households and meters as CSV first
          --registry-only          and stop there
          --help                   this text

        Exit codes: 0 done, 1 broker unreachable or connection lost, 2 usage.
        """;

    internal FleetOptions Fleet { get; private set; } = new();
    internal string Host { get; private set; } = "127.0.0.1";
    internal int Port { get; private set; } = 1883;
    internal string? User { get; private set; }
    internal string? Company { get; private set; }
    internal double DaysPerSecond { get; private set; } = double.PositiveInfinity;
    internal int Window { get; private set; } = 256;
    internal string? Registry { get; private set; }
    internal bool RegistryOnly { get; private set; }
    internal bool Help { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">An argument is unknown, lacks its value or has an impossible one; the message says which.</exception>
    internal static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        CommandLine line = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name is "--help" or "-h")
                line.Help = true;
            else if (name == "--registry-only")
                line.RegistryOnly = true;
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                line.Set(name, arguments[++i]);
            else
                line.Set(name, null);
        }

        if (line.RegistryOnly && line.Registry is null)
            throw new FormatException("--registry-only needs --registry DIR to say where.");
        try
        {
            line.Fleet.Validate();
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new FormatException(problem.Message, problem);
        }

        return line;
    }

    private void Set(string name, string? given)
    {
        string value = given ?? "";
        Action set = name switch
        {
            "--to" => () => (Host, Port) = Address(value),
            "--user" => () => User = value,
            "--company" => () => Company = value,
            "--households" => () => Fleet = Fleet with { Households = Whole(name, value) },
            "--seed" => () => Fleet = Fleet with { Seed = Whole(name, value) },
            "--season" => () => Fleet = WithSeason(value),
            "--gas" => () => Fleet = Fleet with { GasShare = Share(name, value) },
            "--quarter-hour" => () => Fleet = Fleet with { QuarterHourShare = Share(name, value) },
            "--faults" => () => Fleet = Fleet with { Faults = Faults(value) },
            "--speed" => () => DaysPerSecond = value == "max" ? double.PositiveInfinity : Positive(name, value),
            "--window" => () => Window = Whole(name, value) is >= 1 and <= MqttPublisherOptions.WindowMax and int window
                ? window
                : throw new FormatException($"--window lies between 1 and {MqttPublisherOptions.WindowMax}."),
            "--registry" => () => Registry = value,
            _ => throw new FormatException($"Unknown argument {name}; --help lists them."),
        };
        if (string.IsNullOrWhiteSpace(given))
            throw new FormatException($"{name} needs a value.");
        set();
    }

    private static (string Host, int Port) Address(string value)
    {
        int colon = value.LastIndexOf(':');
        return colon > 0
            && int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is >= 1 and <= ushort.MaxValue
            ? (value[..colon].Trim('[', ']'), port)
            : throw new FormatException($"--to wants HOST:PORT, such as 127.0.0.1:1883, not {value}.");
    }

    private FleetOptions WithSeason(string value)
    {
        string[] years = value.Split('-');
        return years.Length == 2
            && int.TryParse(years[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(years[1], NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            && first is >= 1971 and < 9999 && second == first + 1
            ? Fleet with { SeasonStart = new DateOnly(first, 11, 15), SeasonEnd = new DateOnly(second, 3, 15) }
            : throw new FormatException($"--season wants two years in a row, such as 2025-2026, not {value}.");
    }

    private static FaultRates Faults(string value)
    {
        if (value is "all" or "none")
            return value == "all" ? FaultRates.All : FaultRates.None;
        FaultRates rates = FaultRates.None;
        foreach (string item in value.Split(','))
        {
            string[] parts = item.Split('=');
            FaultRates usual = FaultRates.All;
            double Rate(double usualRate) => parts.Length > 1 ? Share("--faults " + parts[0], parts[1]) : usualRate;
            rates = parts[0] switch
            {
                "duplicates" => rates with { Duplicates = Rate(usual.Duplicates) },
                "lateness" => rates with { Lateness = Rate(usual.Lateness) },
                "reordering" => rates with { Reordering = Rate(usual.Reordering) },
                "outages" => rates with { Outages = Rate(usual.Outages) },
                "swaps" => rates with { Swaps = Rate(usual.Swaps) },
                "rollovers" => rates with { Rollovers = Rate(usual.Rollovers) },
                "glitches" => rates with { Glitches = Rate(usual.Glitches) },
                "clock-skew" => rates with { ClockSkew = Rate(usual.ClockSkew) },
                "lost-closings" => rates with { LostClosings = Rate(usual.LostClosings) },
                "breaks" => rates with { Breaks = Rate(usual.Breaks) },
                "conflicts" => rates with { Conflicts = Rate(usual.Conflicts) },
                "corrections" => rates with { Corrections = Rate(usual.Corrections) },
                "wrong-units" => rates with { WrongUnits = Rate(usual.WrongUnits) },
                "strays" => rates with { Strays = Rate(usual.Strays) },
                "rollbacks" => rates with { Rollbacks = Rate(usual.Rollbacks) },
                _ => throw new FormatException($"--faults does not know {parts[0]}; --help lists the faults."),
            };
        }

        return rates;
    }

    private static int Whole(string name, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException($"{name} wants a whole number, not {value}.");

    private static double Share(string name, string value) => Number(name, value) is >= 0 and <= 1 and double share
        ? share
        : throw new FormatException($"{name} wants a share from 0 to 1, not {value}.");

    private static double Positive(string name, string value) => Number(name, value) is > 0 and double number
        ? number
        : throw new FormatException($"{name} wants max or a number above 0, not {value}.");

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new FormatException($"{name} wants a number, not {value}.");
}
