namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>The outer fields of a Sparkplug B payload. They may stand behind the metrics, so they are read first.</summary>
public readonly ref struct SparkplugMessage
{
    internal const int TimestampField = 1, MetricField = 2, SequenceField = 3;

    public SparkplugMessage(ReadOnlySpan<byte> payload)
    {
        Payload = payload;
        var fields = new ProtobufFields(payload);
        while (fields.Next())
        {
            if (fields is { Number: TimestampField, Type: WireType.Varint }) TimeMs = Time(fields.Bits);
            else if (fields is { Number: SequenceField, Type: WireType.Varint }) Sequence = fields.Bits <= byte.MaxValue ? (int)fields.Bits : null;
        }
        IsBroken = fields.Broken;
    }

    public ReadOnlySpan<byte> Payload { get; }

    public bool IsBroken { get; }

    /// <summary>Ms since the epoch.</summary>
    public long? TimeMs { get; }

    /// <summary>0 to 255, one more with each message of an edge node; null: none, or none that can be.</summary>
    public int? Sequence { get; }

    /// <summary>Ms as sent; those beyond 63 bits lie in the future anyway.</summary>
    internal static long Time(ulong ms) => (long)Math.Min(ms, long.MaxValue);
}

/// <summary>One metric, as far as readings need it. Fields of other wire types than the protocol's are passed over.</summary>
public readonly ref struct SparkplugMetric
{
    internal const int NameField = 1, TimestampField = 3, DatatypeField = 4;

    private SparkplugMetric(ReadOnlySpan<byte> raw, out bool broken)
    {
        Raw = raw;
        var fields = new ProtobufFields(raw);
        while (fields.Next())
        {
            switch (fields.Number, fields.Type)
            {
                case (NameField, WireType.Bytes): Name = fields.Bytes; break;
                case (2, WireType.Varint): Alias = fields.Bits; break;
                case (TimestampField, WireType.Varint): TimeMs = SparkplugMessage.Time(fields.Bits); break;
                case (DatatypeField, WireType.Varint): Datatype = (byte)Math.Min(fields.Bits, byte.MaxValue); break;
                case (6, WireType.Varint): IsTransient = fields.Bits != 0; break;
                case (7, WireType.Varint): IsNull = fields.Bits != 0; break;
                case ( >= (int)SparkplugForm.Int and <= (int)SparkplugForm.Extension, _):
                    Form = FormOf(fields.Number, fields.Type);
                    Bits = fields.Bits;
                    Text = fields.Bytes;
                    break;
            }
        }
        broken = fields.Broken;
    }

    public ReadOnlySpan<byte> Raw { get; }

    public ReadOnlySpan<byte> Name { get; }

    public ulong? Alias { get; }

    public long? TimeMs { get; }

    /// <summary>0: not given here, the birth certificate has it.</summary>
    public byte Datatype { get; }

    public bool IsTransient { get; }

    public bool IsNull { get; }

    /// <summary>Which of the value fields the metric has.</summary>
    public SparkplugForm Form { get; }

    public ulong Bits { get; }

    public ReadOnlySpan<byte> Text { get; }

    public static bool TryRead(ReadOnlySpan<byte> raw, out SparkplugMetric metric)
    {
        metric = new SparkplugMetric(raw, out var broken);
        return !broken;
    }

    private static SparkplugForm FormOf(int number, WireType type) => ((SparkplugForm)number, type) switch
    {
        (SparkplugForm.Int or SparkplugForm.Long, WireType.Varint) => (SparkplugForm)number,
        (SparkplugForm.Float, WireType.Fixed32) => SparkplugForm.Float,
        (SparkplugForm.Double, WireType.Fixed64) => SparkplugForm.Double,
        (SparkplugForm.Text, WireType.Bytes) => SparkplugForm.Text,
        _ => SparkplugForm.Extension,
    };
}

/// <summary>The value fields of a metric by their number; those that are no numbers come out as <see cref="Extension"/>.</summary>
public enum SparkplugForm : byte { None = 0, Int = 10, Long = 11, Float = 12, Double = 13, Text = 15, Extension = 19 }
