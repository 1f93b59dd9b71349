using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LoadGenerator;

/// <summary>The command line, read.</summary>
/// <param name="RegistryFolder">Where to write the registry instead of publishing; null: publish.</param>
/// <param name="Idle">How many connections to hold instead of publishing; 0: publish.</param>
internal sealed record CommandLine(LoadOptions Load, string? RegistryFolder, int Idle = 0)
{
    private const int IdleMax = 15_000;

    internal const string Usage = """
        load-generator: publishes unique readings at full speed, MQTT 3.1.1 with QoS 1, and counts what is acknowledged

          --to HOST:PORT        server, default 127.0.0.1:1883
          --anywhere            permit a server that is not on this machine
          --connections N       a thread each, 1 to 1,000, default 64
          --meters N            at least as many as connections, default 10,000
          --seconds N           measured time, 1 to 3,600, default 10
          --warm-up N           seconds before it, default 3
          --rate N              readings a second of all connections together, default as fast as the server takes them
          --window N            messages of a connection that wait for their PUBACK, 1 to 65,535, default 1,000
          --topic-prefix TOPIC  default metering/v1/co1; a meter publishes to TOPIC/METER/reading
          --user NAME           sign in; needs --password-stdin
          --password-stdin      the password is the first line of standard input
          --tls [--ca FILE]     TLS; FILE holds the authorities in PEM, default those of this machine
          --registry DIR        write the registry of these meters as CSV for meterpipeline import, and publish nothing
          --idle N              open N connections that say nothing, 1 to 15,000, hold them for --seconds, and publish nothing
          --help                this text

        Readings begin on 16 November 2025 and end now, so few meters do not last long.
        Exit codes: 0 done, 1 the load broke off, 2 usage.
        """;

    /// <summary>Reads the arguments; null: help is wanted.</summary>
    /// <exception cref="FormatException">An argument is unknown, lacks its value or has an impossible one; the message says which.</exception>
    internal static CommandLine? Parse(IReadOnlyList<string> arguments, TextReader input)
    {
        var line = new CommandLine(new LoadOptions(), null);
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value.");
            int Whole() => Number(arguments[i], Value());
            var load = line.Load;
            if (arguments[i] is "--help" or "-h") return null;
            line = arguments[i] switch
            {
                "--to" => line with { Load = Address(load, Value()) },
                "--anywhere" => line with { Load = load with { Anywhere = true } },
                "--connections" => line with { Load = load with { Connections = Whole() } },
                "--meters" => line with { Load = load with { Meters = Whole() } },
                "--seconds" => line with { Load = load with { Seconds = Whole() } },
                "--warm-up" => line with { Load = load with { WarmUpSeconds = Whole() } },
                "--window" => line with { Load = load with { Window = Whole() } },
                "--rate" => line with { Load = load with { PerSecond = Whole() } },
                "--topic-prefix" => line with { Load = load with { TopicPrefix = Value() } },
                "--user" => line with { Load = load with { User = Value() } },
                "--password-stdin" => line with { Load = load with { Password = input.ReadLine() ?? "" } },
                "--tls" => line with { Load = load with { Tls = true } },
                "--ca" => line with { Load = load with { Authorities = Value() } },
                "--idle" => line with { Idle = Whole() is var idle and > 0 and <= IdleMax ? idle : throw new FormatException($"--idle takes 1 to {IdleMax} connections.") },
                "--registry" => line with { RegistryFolder = Value() },
                var unknown => throw new FormatException($"Unknown argument {unknown}; --help lists them."),
            };
        }
        return line.Load.User.Length > 0 == line.Load.Password.Length > 0 ? line : throw new FormatException("--user and --password-stdin go together, neither empty.");
    }

    private static LoadOptions Address(LoadOptions load, string value)
    {
        var colon = value.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            throw new FormatException($"--to wants HOST:PORT, such as 127.0.0.1:1883, not {value}.");
        var host = value[..colon].Trim('[', ']');
        try
        {
            return load with { Host = host, To = new IPEndPoint(Dns.GetHostAddresses(host).OrderBy(a => a.AddressFamily == AddressFamily.InterNetworkV6).First(), port) };
        }
        catch (SocketException error)
        {
            throw new FormatException($"--to: {host} cannot be resolved: {error.Message}", error);
        }
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{name} wants a whole number, not {value}.");
}
