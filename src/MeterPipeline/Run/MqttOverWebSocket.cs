using System.Net;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.WebSockets;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Run;

/// <summary>MQTT on the web port, for clients behind proxies that let only HTTP through: path <c>/mqtt</c>, subprotocol <c>mqtt</c>.</summary>
internal static class MqttOverWebSocket
{
    public static void Map(WebApplication app, Func<EndpointServices> endpoint)
    {
        app.UseWebSockets();
        app.MapGet("/mqtt", context => ServeAsync(context, endpoint())).ExcludeFromDescription().OpenToAll();
    }

    private static async Task ServeAsync(HttpContext context, EndpointServices endpoint)
    {
        if (Refusal(context) is { } refused)
        {
            context.Response.StatusCode = refused.Status;
            await context.Response.WriteAsync(refused.Why).ConfigureAwait(false);
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync(WebSocketConnection.SubProtocol).ConfigureAwait(false);
        var peer = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        await using var connection = new WebSocketConnection(socket, context.Connection.Id, peer, context.Features);
        await connection.RunAsync(new EndpointConnectionHandler(endpoint), context.RequestAborted).ConfigureAwait(false);
    }

    private static (int Status, string Why)? Refusal(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest) return (StatusCodes.Status426UpgradeRequired, "This is MQTT over WebSocket.");
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(WebSocketConnection.SubProtocol, StringComparer.Ordinal))
            return (StatusCodes.Status400BadRequest, "Ask for the subprotocol 'mqtt' [MQTT-6.0.0-3].");
        // A page of another site must not publish from its reader's browser.
        if (context.Request.Headers.Origin is [{ } origin] && !IsOwn(origin, context.Request.Host))
            return (StatusCodes.Status403Forbidden, "Only pages of this server may connect.");
        return null;
    }

    /// <summary>Paho Python names the port even where it is the scheme's own, as browsers do not.</summary>
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from) && Uri.TryCreate($"{from.Scheme}://{host}", UriKind.Absolute, out var to) && from.Authority == to.Authority;
}
