using System.IO.Pipelines;
using System.Net;
using MeterPipeline.Mqtt.Endpoint;
using Microsoft.AspNetCore.Connections;

namespace MeterPipeline.Tests.Mqtt.Fuzz;

/// <summary>A connection to the real handler without a socket: the client's ends of two pipes.</summary>
public sealed class MemoryConnection
{
    private readonly Pipe toServer = new();
    private readonly Pipe toClient = new();

    public MemoryConnection(EndpointServices services, string id, IPAddress address)
    {
        var context = new DefaultConnectionContext(id)
        {
            Transport = new Duplex(toServer.Reader, toClient.Writer),
            RemoteEndPoint = new IPEndPoint(address, 40_000),
        };
        Served = ServeAsync(services, context);
    }

    /// <summary>Completes when the server is done with the connection.</summary>
    public Task Served { get; }

    public PipeReader Answers => toClient.Reader;

    /// <returns>False: the server takes no more.</returns>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => !(await toServer.Writer.WriteAsync(bytes)).IsCompleted;

    /// <summary>The client leaves without a word.</summary>
    public void Leave() => toServer.Writer.Complete();

    /// <summary>Reads whatever the server sends and forgets it.</summary>
    /// <returns>Bytes read.</returns>
    public async Task<long> ForgetAnswersAsync()
    {
        for (var bytes = 0L; ;)
        {
            var read = await Answers.ReadAsync();
            bytes += read.Buffer.Length;
            Answers.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return bytes;
        }
    }

    private async Task ServeAsync(EndpointServices services, DefaultConnectionContext context)
    {
        await Task.Yield();
        try
        {
            await new EndpointConnectionHandler(services).OnConnectedAsync(context);
        }
        finally
        {
            // As Kestrel does.
            await context.Transport.Output.CompleteAsync();
            await context.Transport.Input.CompleteAsync();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
