namespace MeterPipeline.Mqtt.Packets;

/// <summary>Reason codes of MQTT 5 (section 2.4) that this room sends or understands.</summary>
public enum ReasonCode : byte
{
    Success = 0x00,
    GrantedQos1 = 0x01,
    NoSubscriptionExisted = 0x11,
    Unspecified = 0x80,
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    ImplementationSpecific = 0x83,
    UnsupportedProtocolVersion = 0x84,
    ClientIdNotValid = 0x85,
    BadUserOrPassword = 0x86,
    NotAuthorised = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    Banned = 0x8A,
    ServerShuttingDown = 0x8B,
    BadAuthenticationMethod = 0x8C,
    KeepAliveTimeout = 0x8D,
    SessionTakenOver = 0x8E,
    TopicFilterInvalid = 0x8F,
    TopicNameInvalid = 0x90,
    PacketIdNotFound = 0x92,
    ReceiveMaximumExceeded = 0x93,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
    MessageRateTooHigh = 0x96,
    QuotaExceeded = 0x97,
    AdministrativeAction = 0x98,
    RetainNotSupported = 0x9A,
    UseAnotherServer = 0x9C,
    ServerMoved = 0x9D,
    SharedSubscriptionsNotSupported = 0x9E,
    ConnectionRateExceeded = 0x9F,
    MaximumConnectTime = 0xA0,
    SubscriptionIdentifiersNotSupported = 0xA1,
    WildcardSubscriptionsNotSupported = 0xA2,
}

/// <summary>The bytes are not MQTT, break a rule of it, or ask for what is refused: the connection must be closed.</summary>
/// <param name="reason">A stable word, for counters.</param>
/// <param name="code">What an MQTT 5 peer is told.</param>
/// <param name="message">What is wrong, with the statement of the specification where one is broken.</param>
public sealed class ProtocolException(string reason, ReasonCode code, string message) : Exception(message)
{
    public string Reason { get; } = reason;

    public ReasonCode Code { get; } = code;

    /// <summary>A packet that cannot be parsed.</summary>
    public static ProtocolException Malformed(string reason, string message) => new(reason, ReasonCode.MalformedPacket, message);

    /// <summary>A packet that can be parsed and may not be sent.</summary>
    public static ProtocolException Error(string reason, string message) => new(reason, ReasonCode.ProtocolError, message);
}
