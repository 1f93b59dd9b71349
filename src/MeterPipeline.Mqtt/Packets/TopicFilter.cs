namespace MeterPipeline.Mqtt.Packets;

/// <summary>The form of topic filters; whom they are granted to is decided elsewhere.</summary>
public static class TopicFilter
{
    /// <summary>Not empty, '#' alone in the last level, '+' alone in its level [MQTT-4.7.1-1, -2, MQTT-4.7.3-1]; a share has a name and a filter [MQTT-4.8.2-1, -2].</summary>
    public static bool IsValid(ReadOnlySpan<byte> filter)
    {
        if (IsShared(filter))
        {
            var name = filter[7..];
            var end = name.IndexOf((byte)'/');
            return end > 0 && name[..end].IndexOfAny((byte)'+', (byte)'#') < 0 && IsValid(name[(end + 1)..]);
        }
        if (filter.IsEmpty) return false;
        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ((byte)'+' or (byte)'#')) continue;
            var (first, last) = (i == 0 || filter[i - 1] == '/', i == filter.Length - 1);
            if (!first || !(last || (filter[i] == '+' && filter[i + 1] == '/'))) return false;
        }
        return true;
    }

    public static bool IsShared(ReadOnlySpan<byte> filter) => filter.StartsWith("$share/"u8);

    public static bool HasWildcards(ReadOnlySpan<byte> filter) => filter.IndexOfAny((byte)'+', (byte)'#') >= 0;
}
