namespace MeterPipeline.Ingest.Intake;

/// <summary>Why something cannot be taken.</summary>
/// <param name="Reason">A stable word for counters and filters.</param>
/// <param name="Detail">Place and remedy, for the operator.</param>
public sealed record Fault(string Reason, string Detail);

/// <summary>Every reason for which intake puts a message or an item into quarantine. The table in this room's README explains them.</summary>
public static class Faults
{
    // Who may publish what.
    public static readonly Fault UnknownTopic = new("unknown-topic", "Publish to metering/v1/{company}/{meter}/reading, metering/v1/{company}/batch, a Sparkplug B topic or the topic of a profile.");
    public static readonly Fault NoMeter = new("no-meter", "Items on a topic for many meters name their meter: \"meter\":\"…\" in JSON, the name in SenML, the profile's pointer.");

    // The payload as a whole.
    public static readonly Fault BadJson = new("bad-json", "The payload is not JSON. Send an object, an array of objects or {\"readings\":[…]} in UTF-8.");
    public static readonly Fault BadShape = new("bad-shape", "Expected an object with ts and value, an array of them or {\"readings\":[…]}.");
    public static readonly Fault TooManyItems = new("too-many-items", "One message holds more than 65536 items. Send several.");
    public static readonly Fault BadSenml = new("bad-senml", "The SenML pack has a record that is no object, a base field of the wrong type, or no record with a value (RFC 8428).");
    public static readonly Fault SenmlExtension = new("senml-extension", "The SenML pack has a version above 10 or a label that ends in '_': it asks to be understood or refused (RFC 8428, 4.4).");
    public static readonly Fault BadSparkplug = new("bad-sparkplug", "The payload is not a Sparkplug B protobuf payload.");
    public static readonly Fault LargeEnvelope = new("envelope-too-large", "The fields around a profile's items take more than 4096 bytes. Send smaller messages.");

    // One item.
    public static readonly Fault NoTime = new("bad-time", "ts is missing or not readable. Send RFC 3339 with a zone, such as 2025-11-16T00:00:00+08:00, or epoch milliseconds.");
    public static readonly Fault SenmlTime = new("bad-time", "bt or t is not a number of seconds that a clock can show.");
    public static readonly Fault SparkplugTime = new("bad-time", "Neither metric nor payload has a timestamp in milliseconds.");
    public static readonly Fault NoValue = new("bad-value", "value is missing or not a number. Send the cumulative register as a decimal number or string.");
    public static readonly Fault SparkplugValue = new("bad-value", "The metric's value is not finite, not a number, or of an unknown type whose sign cannot be told. Send a number with its datatype.");
    public static readonly Fault NegativeValue = new("negative-value", "value is negative. A cumulative register counts from zero upwards.");
    public static readonly Fault LargeValue = new("value-too-large", "value has more than twelve integer digits. Check unit and scale.");
    public static readonly Fault BadRegister = new("bad-register", "register must be total, T1, T2, T3 or T4, or a word that the profile maps to one.");
    public static readonly Fault BadRevision = new("bad-revision", "rev must be a whole number from 0 to 1000000.");
    public static readonly Fault BadText = new("bad-text", "Names of meters and units must be strings without escapes, at most 64 bytes (a SenML name 128).");
    public static readonly Fault Transient = new("transient-metric", "The metric is marked transient, which forbids to store it. Publish registers without the mark.");
    public static readonly Fault UnknownAlias = new("unknown-alias", "A metric has an alias that no birth certificate on this connection defines, or a message was missed since. Ask the edge node for a rebirth (NCMD, Node Control/Rebirth).");
    public static readonly Fault ManyAliases = new("too-many-aliases", "The births on this connection define more aliases than MeterPipeline:Intake:SparkplugAliasesMax. Raise it, or share the edge nodes between connections.");

    public static Fault UnknownCompany(string id) => new("unknown-company", $"Company '{id}' is not registered. Import it with: meterpipeline import companies FILE");

    public static Fault ForeignCompany(string proved, string named) => new("foreign-company", $"The connection belongs to company '{proved}'; it may not publish for '{named}'.");

    public static Fault UnknownMeter(string id) =>
        new("unknown-meter", $"Meter '{id}' is not registered. Import it with: meterpipeline import meters FILE; the message is kept in quarantine.");

    public static Fault ForeignMeter(string company) => new("foreign-meter", $"The meter is not registered to company '{company}'.");

    public static Fault MeterMismatch(string topic, string item) => new("meter-mismatch", $"The topic names meter '{topic}', the item '{item}'.");

    public static Fault TimeInFuture(string time, string now) => new("time-in-future", $"ts {time} lies ahead of {now}. Set the meter's clock.");

    public static Fault TimeTooOld(string oldest) =>
        new("time-too-old", $"ts lies before {oldest}: the meter's clock has lost the time. Set it and send the reading again.");

    public static Fault WrongUnit(string unit, string counts) => new("wrong-unit", $"unit is '{unit}', the meter counts {counts}.");

    /// <summary>What a profile did not find or could not read at a pointer.</summary>
    public static Fault ProfileTime(string profile, string pointer) => new("bad-time", $"Profile {profile}: no time in the profile's format at {pointer}.");

    public static Fault ProfileValue(string profile, string pointer) => new("bad-value", $"Profile {profile}: no number at {pointer}.");

    public static Fault ProfileItems(string profile, string pointer) => new("bad-shape", $"Profile {profile}: no list of items at {pointer}.");

    /// <summary>The fault of a value that could not be read; null: there is none.</summary>
    public static Fault? Of(ValueFault fault) => fault switch
    {
        ValueFault.None => null,
        ValueFault.Negative => NegativeValue,
        ValueFault.TooLarge => LargeValue,
        _ => NoValue,
    };
}
