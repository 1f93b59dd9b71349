using System.Net;
using System.Security.Cryptography;
using MeterPipeline.Mqtt.Endpoint.Limits;
using MeterPipeline.Mqtt.Packets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>Decides on a CONNECT: who the client is, on which terms it is served, and how a client that is not let in is told.</summary>
internal static class Handshake
{
    /// <summary>Longest client id, characters. The specification asks for 23 [MQTT-3.1.3-5].</summary>
    private const int ClientIdMax = 256;

    /// <summary>What can be said against a CONNECT before anybody is asked who the client is.</summary>
    /// <exception cref="ProtocolException">The client is refused.</exception>
    public static void Check(ConnectPacket connect)
    {
        if (connect.AuthenticationMethod is not null)
            throw new ProtocolException("authentication-method", ReasonCode.BadAuthenticationMethod,
                "Enhanced authentication is not offered; use a user and password or a client certificate [MQTT-4.12.0-1].");
        if (connect.Level == ProtocolLevel.V5 && connect.WillRetained)
            throw new ProtocolException("retain", ReasonCode.RetainNotSupported, "Retained messages are not kept, a will neither [MQTT-3.2.2-13].");
        if (connect.ClientId.Length > ClientIdMax)
            throw new ProtocolException("bad-client-id", ReasonCode.ClientIdNotValid,
                $"The client id has {connect.ClientId.Length} characters; at most {ClientIdMax} are taken.");
        if (connect is { Level: ProtocolLevel.V311, ClientId: "", CleanStart: false })
            throw new ProtocolException("no-client-id", ReasonCode.ClientIdNotValid, "An empty client id needs a clean session [MQTT-3.1.3-8].");
    }

    /// <summary>Asks who the client is.</summary>
    /// <returns>Null: nobody has to prove anything.</returns>
    /// <exception cref="ProtocolException">The client is refused.</exception>
    public static async ValueTask<Identity?> IdentifyAsync(ConnectPacket connect, ConnectionContext context, EndpointServices services, CancellationToken cancel)
    {
        if (services.Authenticator is not { } authenticator) return null;
        var shown = new Credentials(
            connect.ClientId, connect.User, connect.Password, (context.RemoteEndPoint as IPEndPoint)?.Address, context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate);
        var admission = await authenticator.AuthenticateAsync(shown, cancel).ConfigureAwait(false);
        if (admission.Identity is { } identity) return identity;
        throw new ProtocolException(admission.Reason, admission.Denial switch
        {
            Denial.BadUserOrPassword => ReasonCode.BadUserOrPassword,
            Denial.Busy => ReasonCode.ServerBusy,
            _ => ReasonCode.NotAuthorised,
        }, admission.Message);
    }

    public static Terms Agree(ConnectPacket connect, string? company, EndpointOptions options, CompanyShare share) => new(
        connect.Level, company, connect.ClientId.Length > 0 ? connect.ClientId : $"auto-{RandomNumberGenerator.GetHexString(20, lowercase: true)}",
        KeepAlive(connect, options), Math.Min(connect.SessionExpirySeconds, (uint)options.SessionExpirySecondsMax), connect.ReceiveMaximum,
        connect.PacketBytesMax, Math.Min(options.MaxPacketBytes, share.MaxPacketBytes), connect.WantsProblemInformation);

    /// <summary>CONNACK that lets the client in, with what differs from what it asked for or from the specification's defaults.</summary>
    public static byte[] Accepted(ConnectPacket asked, Terms terms, EndpointOptions options, bool sessionPresent)
    {
        var body = new PacketBuilder().Byte(sessionPresent ? (byte)1 : (byte)0).Byte(0);
        if (!terms.IsV5) return body.Packet(0x20);
        var properties = new PacketBuilder()
            .Property(PropertyId.ReceiveMaximum).UInt16(options.ReceiveMaximum)
            .Property(PropertyId.RetainAvailable).Byte(0)
            .Property(PropertyId.MaximumPacketSize).UInt32((uint)terms.PacketBytesTaken)
            .Property(PropertyId.TopicAliasMaximum).UInt16(TopicAliases.Maximum)
            .Property(PropertyId.WildcardAvailable).Byte(0)
            .Property(PropertyId.SubscriptionIdAvailable).Byte(0)
            .Property(PropertyId.SharedAvailable).Byte(0);
        if (terms.SessionExpirySeconds != asked.SessionExpirySeconds) properties.Property(PropertyId.SessionExpiry).UInt32(terms.SessionExpirySeconds);
        if (terms.ClientId != asked.ClientId) properties.Property(PropertyId.AssignedClientId).Text(terms.ClientId);
        if (terms.KeepAliveSeconds != asked.KeepAliveSeconds) properties.Property(PropertyId.ServerKeepAlive).UInt16(terms.KeepAliveSeconds);
        if (asked.WantsResponseInformation && terms.Company is { } company) properties.Property(PropertyId.ResponseInformation).Text(FeedbackTopic.Of(company));
        return body.Properties(properties).Packet(0x20);
    }

    /// <summary>CONNACK for a client that is not let in, in its own version; empty where that version has no word for it.</summary>
    /// <param name="level">As claimed in the CONNECT; 0 where there is none.</param>
    /// <param name="asked">Null: the CONNECT could not be read.</param>
    public static byte[] Refused(byte level, ConnectPacket? asked, ProtocolException refusal)
    {
        if (level != ProtocolLevel.V5) return ReturnCode(refusal.Code) is { } code ? [0x20, 2, 0, code] : [];
        var explanation = ConnectPacket.Explanation(refusal.Message, asked?.WantsProblemInformation ?? true, asked?.PacketBytesMax ?? uint.MaxValue);
        return new PacketBuilder().Byte(0).Byte((byte)refusal.Code).Properties(new PacketBuilder().Reason(explanation)).Packet(0x20);
    }

    /// <summary>A 3.1.1 client that promised more cannot be told otherwise, so it is taken at its word.</summary>
    private static int KeepAlive(ConnectPacket connect, EndpointOptions options) =>
        connect.KeepAliveSeconds == 0 || (connect.Level == ProtocolLevel.V5 && connect.KeepAliveSeconds > options.KeepAliveSecondsMax)
            ? options.KeepAliveSecondsMax
            : connect.KeepAliveSeconds;

    /// <summary>Return codes of MQTT 3.1.1, table 3.1.</summary>
    private static byte? ReturnCode(ReasonCode code) => code switch
    {
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdNotValid => 2,
        ReasonCode.ServerUnavailable or ReasonCode.ServerBusy or ReasonCode.QuotaExceeded => 3,
        ReasonCode.BadUserOrPassword => 4,
        ReasonCode.NotAuthorised => 5,
        _ => null,
    };
}
