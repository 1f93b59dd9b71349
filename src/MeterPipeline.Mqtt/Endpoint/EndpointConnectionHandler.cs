using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// The built-in MQTT endpoint as a Kestrel connection handler: <c>kestrel.Listen(address, port, o => o.UseConnectionHandler&lt;EndpointConnectionHandler&gt;())</c>.
/// TLS comes from Kestrel; see <see cref="EndpointServices.ServeBehindTlsAsync"/> for what to put before it.
/// </summary>
public sealed class EndpointConnectionHandler(EndpointServices services) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) => services.ServeAsync(connection);
}
