using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What an operator can do about what a broker answers.</summary>
internal static class Remedies
{
    /// <summary>The code as number and word, the broker's own words, and the remedy.</summary>
    /// <param name="name">The subscriber.</param>
    public static string Explain(ReasonCode code, string? reason, string name) =>
        $"0x{(byte)code:X2} {(Enum.IsDefined(code) ? code : "of no known meaning")}{(reason is null ? "" : $", \"{RefusalLog.Harmless(reason)}\"")}: {Of(code, name)}";

    private static string Of(ReasonCode code, string name) => code switch
    {
        ReasonCode.UnsupportedProtocolVersion => $"the broker does not speak this version of MQTT; set Version of subscriber {name} to auto.",
        ReasonCode.ClientIdNotValid => $"choose another ClientId for subscriber {name}.",
        ReasonCode.BadUserOrPassword => $"check User and Password of subscriber {name}.",
        ReasonCode.NotAuthorised or ReasonCode.Banned => $"let the user of subscriber {name} connect and read its filters at QoS 1.",
        ReasonCode.SessionTakenOver => $"another process connects with the ClientId of subscriber {name}; give each process a ClientId of its own, or stop one.",
        ReasonCode.ServerBusy or ReasonCode.ServerUnavailable or ReasonCode.ServerShuttingDown or ReasonCode.ConnectionRateExceeded
            or ReasonCode.MaximumConnectTime => "nothing to do here unless it lasts: it is tried again.",
        ReasonCode.UseAnotherServer or ReasonCode.ServerMoved => $"ask who runs the broker for its address and set Host and Port of subscriber {name}.",
        ReasonCode.KeepAliveTimeout => $"the broker heard nothing in time; check the line, or raise KeepAliveSeconds of subscriber {name}.",
        ReasonCode.PacketTooLarge => $"the broker's limit on packets is below what subscriber {name} sends; shorten Filters.",
        ReasonCode.QuotaExceeded or ReasonCode.MessageRateTooHigh => $"raise the broker's quota for subscriber {name}.",
        ReasonCode.TopicFilterInvalid => $"correct Filters of subscriber {name}.",
        ReasonCode.SharedSubscriptionsNotSupported => $"take $share/GROUP/ out of Filters of subscriber {name}, and let only one process read them.",
        ReasonCode.WildcardSubscriptionsNotSupported => $"name the topics one by one in Filters of subscriber {name}.",
        ReasonCode.AdministrativeAction => "who runs the broker has ended the connection; ask there.",
        _ => $"see the broker's log for the client of subscriber {name}.",
    };
}

/// <summary>The broker refuses us, or ends the connection and says why.</summary>
/// <param name="message">What it says and the remedy.</param>
internal sealed class BrokerException(ReasonCode code, string message) : IOException(message)
{
    public ReasonCode Code { get; } = code;
}
