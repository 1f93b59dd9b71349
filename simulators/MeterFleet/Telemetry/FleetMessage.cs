namespace MeterFleet;

/// <summary>One MQTT message of the fleet.</summary>
/// <param name="PublishMs">When it leaves the meter or the concentrator, ms since 1970.</param>
/// <param name="Company">Whose topic it goes to; with users configured, publish it on that company's connection.</param>
/// <param name="Topic">UTF-8; shared between messages, do not write to it.</param>
/// <param name="Payload">JSON; this message's own array.</param>
/// <param name="Readings">How many readings the payload holds.</param>
public readonly record struct FleetMessage(
    long PublishMs, string Company, ReadOnlyMemory<byte> Topic, ReadOnlyMemory<byte> Payload, int Readings);
