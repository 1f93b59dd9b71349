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
    /// <param name="certificates">Whether every TLS client has to show a certificate.</param>
    /// <exception cref="CommandException">An address that is not loopback, though nobody is asked there.</exception>
    public void Require(bool users, bool certificates)
    {
        if (!users) RequireLoopback("Mqtt address", Mqtt);
        if (!users && !certificates) RequireLoopback("Mqtt:Tls:Address", MqttTls);
        if (!IPAddress.IsLoopback(Web.Address))
            throw new CommandException($"Web address is {Web}, but the pages have no users: only loopback addresses are allowed. Use 127.0.0.1:{Web.Port} behind a gateway that checks who connects.");
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
