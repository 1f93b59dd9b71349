namespace MeterPipeline.Mqtt.Packets;

/// <summary>Property identifiers of MQTT 5, section 2.2.2.2.</summary>
public enum PropertyId : byte
{
    PayloadFormat = 1, MessageExpiry = 2, ContentType = 3, ResponseTopic = 8, CorrelationData = 9, SubscriptionId = 11, SessionExpiry = 17,
    AssignedClientId = 18, ServerKeepAlive = 19, AuthenticationMethod = 21, AuthenticationData = 22, RequestProblemInformation = 23, WillDelay = 24,
    RequestResponseInformation = 25, ResponseInformation = 26, ServerReference = 28, ReasonString = 31, ReceiveMaximum = 33, TopicAliasMaximum = 34,
    TopicAlias = 35, MaximumQos = 36, RetainAvailable = 37, UserProperty = 38, MaximumPacketSize = 39, WildcardAvailable = 40,
    SubscriptionIdAvailable = 41, SharedAvailable = 42,
}

/// <summary>One property; the field that its type does not use is 0 or empty.</summary>
public readonly ref struct Property(PropertyId id, uint number, ReadOnlySpan<byte> bytes)
{
    public PropertyId Id { get; } = id;

    public uint Number { get; } = number;

    /// <summary>Text or binary, without its length. User properties are checked and left out.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>
/// The properties of one packet, in order. Each is one that may be sent in this packet, of the right type and form, and is there once; only
/// user properties repeat. Nothing is kept, so that no number of properties costs memory.
/// </summary>
public ref struct PropertyReader
{
    /// <summary>What may be sent, packet by packet, as sets of bits; in DISCONNECT what a client may.</summary>
    public static readonly ulong InConnect = Set(
        PropertyId.SessionExpiry, PropertyId.ReceiveMaximum, PropertyId.MaximumPacketSize, PropertyId.TopicAliasMaximum, PropertyId.RequestResponseInformation,
        PropertyId.RequestProblemInformation, PropertyId.UserProperty, PropertyId.AuthenticationMethod, PropertyId.AuthenticationData);
    public static readonly ulong InWill = Set(
        PropertyId.WillDelay, PropertyId.PayloadFormat, PropertyId.MessageExpiry, PropertyId.ContentType, PropertyId.ResponseTopic,
        PropertyId.CorrelationData, PropertyId.UserProperty);
    public static readonly ulong InPublish = Set(
        PropertyId.PayloadFormat, PropertyId.MessageExpiry, PropertyId.TopicAlias, PropertyId.ResponseTopic, PropertyId.CorrelationData,
        PropertyId.UserProperty, PropertyId.ContentType, PropertyId.SubscriptionId);
    public static readonly ulong InAck = Set(PropertyId.ReasonString, PropertyId.UserProperty);
    public static readonly ulong InSubscribe = Set(PropertyId.SubscriptionId, PropertyId.UserProperty);
    public static readonly ulong InUnsubscribe = Set(PropertyId.UserProperty);
    public static readonly ulong InDisconnect = Set(PropertyId.SessionExpiry, PropertyId.ReasonString, PropertyId.UserProperty);

    public static readonly ulong InConnack = Set(
        PropertyId.SessionExpiry, PropertyId.ReceiveMaximum, PropertyId.MaximumQos, PropertyId.RetainAvailable, PropertyId.MaximumPacketSize,
        PropertyId.AssignedClientId, PropertyId.TopicAliasMaximum, PropertyId.ReasonString, PropertyId.UserProperty, PropertyId.WildcardAvailable,
        PropertyId.SubscriptionIdAvailable, PropertyId.SharedAvailable, PropertyId.ServerKeepAlive, PropertyId.ResponseInformation, PropertyId.ServerReference,
        PropertyId.AuthenticationMethod, PropertyId.AuthenticationData);
    public static readonly ulong InDisconnectOfServer = Set(PropertyId.ReasonString, PropertyId.UserProperty, PropertyId.ServerReference);

    private readonly ulong allowed;
    private PacketReader rest;
    private ulong seen;

    /// <param name="packet">Stands at the property length; stands behind the properties afterwards.</param>
    /// <exception cref="ProtocolException">The length goes beyond the packet.</exception>
    public PropertyReader(scoped ref PacketReader packet, ulong allowed)
    {
        this.allowed = allowed;
        rest = new PacketReader(packet.Take(packet.VarInt()));
    }

    /// <exception cref="ProtocolException">Malformed, not for this packet, repeated, or of a value that the specification forbids.</exception>
    public bool Next(out Property property)
    {
        property = default;
        if (rest.AtEnd) return false;
        var number = rest.VarInt();
        if (number > 63 || (allowed & (1UL << number)) == 0)
            throw ProtocolException.Malformed("bad-property", $"Property {number} does not belong into this packet (2.2.2.2).");
        var id = (PropertyId)number;
        if ((seen & (1UL << number)) != 0 && id != PropertyId.UserProperty)
            throw ProtocolException.Error("repeated-property", $"Property {id} is there twice.");
        seen |= 1UL << number;
        property = Value(id);
        return true;
    }

    private Property Value(PropertyId id)
    {
        switch (id)
        {
            case PropertyId.PayloadFormat or PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation or PropertyId.MaximumQos
                or PropertyId.RetainAvailable or PropertyId.WildcardAvailable or PropertyId.SubscriptionIdAvailable or PropertyId.SharedAvailable:
                return new Property(id, AtMost(rest.Byte(), 1, id), default);
            case PropertyId.ReceiveMaximum:
                return new Property(id, NotZero(rest.UInt16(), id), default);
            case PropertyId.TopicAliasMaximum or PropertyId.TopicAlias or PropertyId.ServerKeepAlive:
                return new Property(id, rest.UInt16(), default);
            case PropertyId.MaximumPacketSize:
                return new Property(id, NotZero(rest.UInt32(), id), default);
            case PropertyId.MessageExpiry or PropertyId.SessionExpiry or PropertyId.WillDelay:
                return new Property(id, rest.UInt32(), default);
            case PropertyId.SubscriptionId:
                return new Property(id, NotZero((uint)rest.VarInt(), id), default);
            case PropertyId.CorrelationData or PropertyId.AuthenticationData:
                return new Property(id, 0, rest.Binary());
            case PropertyId.UserProperty:
                rest.TextBytes();
                rest.TextBytes();
                return new Property(id, 0, default);
            default:
                return new Property(id, 0, rest.TextBytes());
        }
    }

    private static uint NotZero(uint value, PropertyId id) => value != 0 ? value : throw ProtocolException.Error("bad-property", $"Property {id} is 0.");

    private static uint AtMost(uint value, uint most, PropertyId id) =>
        value <= most ? value : throw ProtocolException.Error("bad-property", $"Property {id} is {value}; at most {most} is allowed.");

    private static ulong Set(params ReadOnlySpan<PropertyId> ids)
    {
        var set = 0UL;
        foreach (var id in ids) set |= 1UL << (int)id;
        return set;
    }
}
