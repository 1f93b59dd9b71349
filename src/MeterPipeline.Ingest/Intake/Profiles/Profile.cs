using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake.Profiles;

/// <summary>How a head-end that keeps its own format writes times.</summary>
public enum ProfileTimeForm : byte { Rfc3339, Local, EpochMs, EpochSeconds }

/// <summary>How to read the messages of a head-end that keeps its own format. Immutable; checked where it is read from its file.</summary>
public sealed record Profile
{
    /// <summary>Name, for faults and logs.</summary>
    public required string Id { get; init; }

    public required TopicPattern Topic { get; init; }

    /// <summary>UTF-8; empty where the topic names the company.</summary>
    public required byte[] Company { get; init; }

    /// <summary>The list of items; null: the message is one item.</summary>
    public JsonPointer? Items { get; init; }

    /// <summary>The meter's id; null where the topic names it.</summary>
    public JsonPointer? Meter { get; init; }

    public required JsonPointer TimeAt { get; init; }

    public ProfileTimeForm TimeForm { get; init; }

    /// <summary>Offset of times without a zone, as it stands behind an RFC 3339 time: <c>+08:00</c>, UTF-8.</summary>
    public byte[] Zone { get; init; } = [];

    /// <summary>At least one; each gives a reading where it finds something.</summary>
    public required IReadOnlyList<ProfileValue> Values { get; init; }
}

/// <summary>One register of an item.</summary>
/// <param name="Unit">Unit and scale of the number.</param>
/// <param name="Register">The register, where it is always the same one.</param>
/// <param name="RegisterAt">Else where the item names it.</param>
/// <param name="Words">What the names there mean, UTF-8; null: a register that is passed over.</param>
public sealed record ProfileValue(JsonPointer At, Units Unit, Register Register, JsonPointer? RegisterAt, IReadOnlyList<(byte[] Word, Register? Register)> Words);
