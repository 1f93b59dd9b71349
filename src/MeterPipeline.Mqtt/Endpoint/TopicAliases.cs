using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>Topics that a client has given numbers for the rest of its connection [MQTT-3.3.2-7]. At most <see cref="Maximum"/> of them.</summary>
internal sealed class TopicAliases
{
    public const int Maximum = 64;

    private readonly byte[]?[] topics = new byte[Maximum][];

    /// <summary>The topic that a PUBLISH means; remembers it where the packet gives it a number.</summary>
    /// <exception cref="ProtocolException">The number is too high, or stands for nothing yet.</exception>
    public ReadOnlySpan<byte> Resolve(scoped in PublishPacket publish)
    {
        var alias = publish.Properties.Alias;
        if (alias > Maximum)
            throw new ProtocolException("bad-alias", ReasonCode.TopicAliasInvalid, $"Topic alias {alias}; at most {Maximum} are taken [MQTT-3.3.2-9].");
        ref var known = ref topics[alias - 1];
        if (publish.Topic.IsEmpty) return known ?? throw ProtocolException.Error("bad-alias", $"Topic alias {alias} stands for no topic yet (3.3.2.3.4).");
        if (!publish.Topic.SequenceEqual(known)) known = publish.Topic.ToArray();
        return publish.Topic;
    }
}
