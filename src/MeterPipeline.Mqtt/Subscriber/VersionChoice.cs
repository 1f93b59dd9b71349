using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// Which version of MQTT to connect with. MQTT 5 first; where the broker does not know it, 3.1.1, which is remembered for as long as the broker can be
/// reached: one that was away may come back as a newer one.
/// </summary>
/// <param name="version">As in <see cref="SubscriberOptions.Version"/>.</param>
public sealed class VersionChoice(string version)
{
    private bool older;

    public byte Level => version == SubscriberOptions.Version311 || older ? ProtocolLevel.V311 : ProtocolLevel.V5;

    /// <summary>The broker refuses this version, or hangs up on CONNECT without a word, as a broker does that does not know it.</summary>
    /// <returns>The other version is worth an attempt at once.</returns>
    public bool Refused()
    {
        if (version != SubscriberOptions.Auto) return false;
        older = !older;
        return older;
    }

    public void Unreachable() => older = false;
}
