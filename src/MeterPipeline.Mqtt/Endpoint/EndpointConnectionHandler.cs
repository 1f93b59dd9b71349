using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// The built-in MQTT endpoint as a Kestrel connection handler: <c>kestrel.Listen(address, port, o => o.UseConnectionHandler&lt;EndpointConnectionHandler&gt;())</c>.
/// TLS comes from Kestrel; see <see cref="EndpointServices.ServeInPlaceAsync"/> for what to put before it.
/// </summary>
public sealed class EndpointConnectionHandler(EndpointServices services) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) => services.ServeInPlaceAsync(connection, () => ServeAsync(connection));

    private async Task ServeAsync(ConnectionContext connection)
    {
        var client = new ClientConnection(connection, services);
        if (!services.Admit(client)) return;
        try
        {
            await client.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            services.Gone(client);
        }
    }
}
