using System.Net.Sockets;

namespace LoadGenerator;

/// <summary>The way into a server: TCP, TLS where it is wanted, CONNECT, CONNACK.</summary>
internal static class Connection
{
    /// <exception cref="LoadException">The server refuses or leaves.</exception>
    internal static Stream Open(Socket socket, LoadOptions options, TlsClient? tls, string clientId, byte keepAlive)
    {
        socket.Connect(options.To);
        var plain = new NetworkStream(socket);
        var stream = tls is null ? plain : tls.Open(plain);
        stream.Write(Packets.Connect(clientId, options.User, options.Password, keepAlive));
        Span<byte> connack = stackalloc byte[4];
        for (var read = 0; read < connack.Length;) read += Receive(stream, connack[read..]);
        if (connack[0] != 0x20 || connack[3] != 0)
            throw new LoadException($"{options.To} refused the connection with return code {connack[3]}{(connack[3] is 4 or 5 ? "; check --user and the password" : "")}.");
        return stream;
    }

    /// <exception cref="LoadException">The server has left.</exception>
    internal static int Receive(Stream stream, Span<byte> into)
    {
        var read = stream.Read(into);
        return read > 0 ? read : throw new LoadException("The server closed the connection.");
    }
}
