using System.Diagnostics;
using MeterPipeline.Run;

namespace MeterPipeline.Bench;

/// <summary>A private mosquitto without persistence and without subscribers: the least that a broker can do with a message.</summary>
internal sealed class MosquittoBroker : IDisposable
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];
    private static readonly string? Program = Folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, "mosquitto")).FirstOrDefault(File.Exists);

    /// <param name="folder">Empty, and its own.</param>
    /// <param name="noDelay">Whether acknowledgements leave at once, which mosquitto does only when told so.</param>
    /// <param name="window">Messages in flight per client; 0: no limit.</param>
    /// <param name="tls">Null: without TLS.</param>
    internal MosquittoBroker(string folder, bool noDelay, int window, ScratchCertificate? tls)
    {
        PlainPort = tls is null ? Port : FreePort.Any();
        var settings = Path.Combine(folder, "mosquitto.conf");
        // As root it would become another user, who cannot read the private folder.
        File.WriteAllText(settings, $"listener {PlainPort} 127.0.0.1\nallow_anonymous true\n{(Environment.IsPrivilegedProcess ? "user root\n" : "")}"
            + $"{(tls is null ? "" : $"listener {Port} 127.0.0.1\nallow_anonymous true\ncertfile {tls.Certificate}\nkeyfile {tls.Key}\n")}"
            + $"set_tcp_nodelay {(noDelay ? "true" : "false")}\npersistence false\nmax_inflight_messages {window}\nmax_queued_messages 0\nlog_type error\n");
        Process = new Child(Program!, ["-c", settings], folder);
        Process.AwaitPort(Port);
    }

    /// <summary>As it says itself; null: not installed here.</summary>
    internal static string? Version { get; } = Ask();

    internal int Port { get; } = FreePort.Any();

    /// <summary>Without TLS in any case.</summary>
    internal int PlainPort { get; }

    internal Child Process { get; }

    public void Dispose() => Process.Dispose();

    private static string? Ask()
    {
        if (Program is null) return null;
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(Program, "-h") { RedirectStandardOutput = true })!;
        var first = process.StandardOutput.ReadLine();
        process.StandardOutput.ReadToEnd();
        return first ?? "mosquitto of unknown version";
    }
}
