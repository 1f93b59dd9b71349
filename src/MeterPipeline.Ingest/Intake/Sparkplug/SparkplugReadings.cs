using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>
/// The registers among a Sparkplug B message's metrics. Metrics of other names and null metrics are passed over. Aliases are resolved by the
/// birth certificate or not at all: of a message with unknown ones the first stands for all, with the whole message. Total, and without
/// allocation for good input.
/// </summary>
public ref struct SparkplugReadings : IPayloadItems
{
    /// <summary>Room that a normalised metric needs beside its own bytes: name, time, datatype and two lengths.</summary>
    private const int NormalisedExtra = 64;

    private readonly SparkplugMessage message;
    private readonly Dictionary<ulong, BornMetric>? aliases;
    private readonly RegisterNames names;
    private ProtobufFields fields;
    private bool unknownAlias;
    private byte datatype;

    public SparkplugReadings(SparkplugMessage message, Dictionary<ulong, BornMetric>? aliases, RegisterNames names, Fault? refused)
    {
        this.message = message;
        this.aliases = aliases;
        this.names = names;
        fields = new ProtobufFields(message.Payload);
        Broken = message.IsBroken ? Faults.BadSparkplug : refused;
    }

    public Fault? Broken { get; private set; }

    public bool Next(out PayloadItem item)
    {
        item = default;
        while (Broken is null && fields.Next())
        {
            if (fields is not { Number: SparkplugMessage.MetricField, Type: WireType.Bytes }) continue;
            if (!SparkplugMetric.TryRead(fields.Bytes, out var metric))
            {
                Broken = Faults.BadSparkplug;
                return false;
            }
            if (!metric.IsNull && IsReading(metric, out item)) return true;
        }
        return false;
    }

    /// <summary>The metric with the name of its register, the datatype and the time, which alias, birth and payload gave it.</summary>
    public readonly byte[] Alone(in PayloadItem item)
    {
        if (item.Fault == Faults.UnknownAlias) return message.Payload.ToArray();
        var metric = new byte[item.Raw.Length + NormalisedExtra];
        var at = 0;
        var name = RegisterNames.Word(item.Register);
        WriteKey(metric, ref at, SparkplugMetric.NameField, WireType.Bytes);
        Varint.Write(metric, ref at, (ulong)name.Length);
        at += System.Text.Encoding.ASCII.GetBytes(name, metric.AsSpan(at));
        WriteKey(metric, ref at, SparkplugMetric.DatatypeField, WireType.Varint);
        Varint.Write(metric, ref at, datatype);
        if (item.Fault != Faults.SparkplugTime)
        {
            WriteKey(metric, ref at, SparkplugMetric.TimestampField, WireType.Varint);
            Varint.Write(metric, ref at, (ulong)item.TimeMs);
        }
        // What the metric itself says comes later and so wins.
        item.Raw.CopyTo(metric.AsSpan(at));
        at += item.Raw.Length;
        var payload = new byte[at + NormalisedExtra];
        var end = 0;
        WriteKey(payload, ref end, SparkplugMessage.MetricField, WireType.Bytes);
        Varint.Write(payload, ref end, (ulong)at);
        metric.AsSpan(0, at).CopyTo(payload.AsSpan(end));
        return payload[..(end + at)];
    }

    private static void WriteKey(Span<byte> into, ref int at, int field, WireType type) => Varint.Write(into, ref at, ((ulong)field << 3) | (ulong)type);

    /// <summary>False for what is no register.</summary>
    private bool IsReading(scoped in SparkplugMetric metric, out PayloadItem item)
    {
        item = default;
        datatype = metric.Datatype;
        Register? register;
        if (!metric.Name.IsEmpty) register = names.Find(metric.Name);
        else if (metric.Alias is not { } alias) return false;
        else if (aliases is not null && aliases.TryGetValue(alias, out var born) && !born.Ambiguous)
        {
            register = born.Register;
            if (datatype == 0) datatype = born.Datatype;
        }
        else
        {
            if (unknownAlias) return false;
            unknownAlias = true;
            item = new PayloadItem { Raw = message.Payload, Fault = Faults.UnknownAlias };
            return true;
        }
        if (register is not { } known) return false;
        var fault = SparkplugValue.Read(metric, datatype, out var value, out var rounded);
        var time = metric.TimeMs ?? message.TimeMs;
        item = new PayloadItem
        {
            Raw = metric.Raw,
            Register = known,
            TimeMs = time ?? 0,
            Value = value,
            Rounded = rounded,
            Fault = metric.IsTransient ? Faults.Transient : time is null ? Faults.SparkplugTime : fault,
        };
        return true;
    }
}
