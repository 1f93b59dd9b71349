using System.Net;
using MeterPipeline.Cli;

namespace MeterPipeline.Run;

/// <summary>Where a pipeline listens.</summary>
/// <param name="Mqtt">Without TLS; null: nowhere.</param>
/// <param name="MqttTls">With TLS; null: nowhere.</param>
/// <param name="WebTls">The web port speaks https.</param>
public sealed record Listeners(IPEndPoint? Mqtt, IPEndPoint? MqttTls, IPEndPoint Web, bool WebTls)
{
    /// <summary>As configured, the command line first.</summary>
    /// <exception cref="CommandException">Not ADDRESS:PORT, or nowhere to publish.</exception>
    public static Listeners Of(PipelineSettings settings, string? mqtt, string? web)
    {
        var (plain, tls) = (mqtt ?? settings.Mqtt.Address, settings.Mqtt.Tls);
        if (plain.Length == 0 && !tls.IsOn) throw new CommandException("MQTT has no address: set Mqtt:Address, or Mqtt:Tls:Certificate for MQTT with TLS only.");
        return new Listeners(
            plain.Length == 0 ? null : Parse("Mqtt address", plain), tls.IsOn ? Parse("Mqtt:Tls:Address", tls.Address) : null,
            Parse("Web address", web ?? settings.Web.Address), settings.Web.Tls.IsOn);
    }

    /// <summary>Beyond loopback everybody has to prove who they are.</summary>
    /// <param name="users">Whether there are users.</param>
    /// <param name="people">Whether some of them sign in at the pages, publishers not counted.</param>
    /// <param name="certificates">Whether every TLS client has to show a certificate.</param>
    /// <param name="behindTls">Whether a proxy before the web port ends TLS.</param>
    /// <exception cref="CommandException">An address that is not loopback, though nobody is asked there.</exception>
    public void Require(bool users, bool people, bool certificates, bool behindTls)
    {
        if (!users) RequireLoopback("Mqtt address", Mqtt);
        if (!users && !certificates) RequireLoopback("Mqtt:Tls:Address", MqttTls);
        if (IPAddress.IsLoopback(Web.Address)) return;
        if (!people)
        {
            throw new CommandException($"Web address is {Web}, but nobody can sign in at the pages: only loopback addresses are allowed then. "
                + "Add the first administrator with: meterpipeline users add NAME --role administrator");
        }
        if (!WebTls && !behindTls)
        {
            throw new CommandException($"Web address is {Web} without TLS: passwords could be read on the way, so only loopback addresses are allowed. "
                + "Set Web:Tls:Certificate and Key, or Web:BehindTls=true where a proxy before it ends TLS.");
        }
    }

    public override string ToString() => string.Join(", ", new[]
    {
        Mqtt is null ? null : $"MQTT {Mqtt}",
        MqttTls is null ? null : $"MQTT with TLS {MqttTls}",
        $"web {(WebTls ? "https" : "http")}://{Web}",
    }.OfType<string>());

    private static void RequireLoopback(string setting, IPEndPoint? address)
    {
        if (address is null || IPAddress.IsLoopback(address.Address)) return;
        throw new CommandException($"{setting} is {address}, but no users are configured: only loopback addresses are allowed then. "
            + $"Add one with: meterpipeline users add NAME --company COMPANY. Or use 127.0.0.1:{address.Port} behind a gateway that checks who connects.");
    }

    private static IPEndPoint Parse(string setting, string text) =>
        IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var address) && text.Contains(':', StringComparison.Ordinal)
            ? address
            : throw new CommandException($"{setting} is '{text}'; write ADDRESS:PORT, such as 127.0.0.1:1883.");
}
