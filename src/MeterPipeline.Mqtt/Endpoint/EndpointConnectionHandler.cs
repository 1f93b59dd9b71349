using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// The built-in MQTT endpoint as a Kestrel connection handler: <c>kestrel.Listen(address, port, o => o.UseConnectionHandler&lt;EndpointConnectionHandler&gt;())</c>.
/// TLS and socket limits come from Kestrel.
/// </summary>
public sealed class EndpointConnectionHandler(EndpointServices services) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = new ClientConnection(connection, services);
        if (!services.Admit(client, connection.RemoteEndPoint?.ToString() ?? "?")) return;
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
