using MeterPipeline.Mqtt.Packets;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What one connection asks its broker for, and what of it is granted. Checked by the read loop, asked again by the timer.</summary>
internal sealed class Subscriptions(SubscriberContext context, byte level)
{
    private const ushort FiltersId = 1, SysId = 2;

    /// <summary>How often a refused subscription is asked for again: somebody is mending the broker's access rules.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<string> filters = context.Options.FiltersOrDefault;
    private long refusedTicks;

    public byte[] Request => ClientPackets.Subscribe(level, FiltersId, filters, qos: 1);

    /// <summary>Apart from the filters, so that a broker which refuses its figures refuses nothing else.</summary>
    public byte[] SysRequest => ClientPackets.Subscribe(level, SysId, SysFigures.Topics, qos: 0);

    /// <summary>Whether a refused filter is to be asked for again now; true once for each refusal.</summary>
    public bool AskAgain()
    {
        var refused = Interlocked.Read(ref refusedTicks);
        return refused != 0 && context.Time.GetElapsedTime(refused) >= AskAgainAfter && Interlocked.CompareExchange(ref refusedTicks, 0, refused) == refused;
    }

    /// <summary>What the broker does not offer at all need not be asked for: it would hang up (3.2.2.3.11, 3.2.2.3.13).</summary>
    /// <exception cref="BrokerException">A filter is of such a kind; names the remedy.</exception>
    public void CheckOffered(ConnackPacket terms)
    {
        foreach (var filter in filters)
        {
            var shared = filter.StartsWith("$share/", StringComparison.Ordinal);
            if (shared && !terms.TakesShares) throw Refused(ReasonCode.SharedSubscriptionsNotSupported, filter);
            if (!terms.TakesWildcards && filter.AsSpan().IndexOfAny('+', '#') >= 0) throw Refused(ReasonCode.WildcardSubscriptionsNotSupported, filter);
        }
    }

    /// <summary>Counts and logs filters that are not granted at QoS 1. The others deliver, so that the connection goes on.</summary>
    public void Check(in SubackPacket suback)
    {
        var name = context.Options.Name;
        if (suback.PacketId == SysId)
        {
            if (suback.Codes.ContainsAnyInRange((byte)0x80, byte.MaxValue)) context.Log.LogDebug("Broker {Name} keeps its own figures to itself", name);
            return;
        }
        for (var i = 0; i < filters.Count; i++)
        {
            var granted = i < suback.Codes.Length ? suback.Codes[i] : (byte)ReasonCode.Unspecified;
            if (granted is 1 or 2) continue;
            context.Counters.CountRefusedFilter();
            Interlocked.Exchange(ref refusedTicks, context.Time.GetTimestamp());
            var answer = granted < 0x80 ? $"granted at QoS {granted} only, which protects nothing" : $"refused: {Remedies.Explain((ReasonCode)granted, suback.Reason, name)}";
            context.Log.LogError("Broker {Name}: subscription to {Filter} was {Answer} Give user {User} read access at QoS 1", name, filters[i], answer, context.Options.User ?? "(anonymous)");
        }
    }

    private BrokerException Refused(ReasonCode code, string filter) =>
        new(code, $"Filter {filter} cannot be had from this broker. {Remedies.Explain(code, null, context.Options.Name)}");
}
