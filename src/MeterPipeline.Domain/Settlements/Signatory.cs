namespace MeterPipeline.Domain.Settlements;

/// <summary>For which office a person acts in a settlement. Numbers are those of the roles of users.</summary>
public enum Office : byte
{
    /// <summary>For none that settles: a publisher, or somebody who gives rights.</summary>
    None = 0,

    /// <summary>The energy bureau 能源局.</summary>
    Bureau = 3,

    /// <summary>The bureau of finance 财政局.</summary>
    Finance = 4,

    /// <summary>A township 乡镇.</summary>
    Township = 5,
}

/// <summary>Who does a step. Four eyes are two names: one person must not have two.</summary>
/// <param name="Name">A user's name, or <c>cli:</c> and the operating-system user where nobody signs in.</param>
/// <param name="Divisions">Code prefixes in which the person may act; empty: everywhere.</param>
public sealed record Signatory(string Name, Office Office, IReadOnlyList<string> Divisions)
{
    /// <summary>Before the operating-system user who did a step without signing in.</summary>
    public const string Unproven = "cli:";

    public Signatory(string name, Office office) : this(name, office, []) { }

    /// <summary>Whether it was this person who did a step, signed in or at the command line under the same name.</summary>
    /// <param name="actor">Who did it; null: nobody yet.</param>
    public bool IsSame(string? actor) => actor is not null && (actor == Name || actor == Unproven + Name || Unproven + actor == Name);

    /// <summary>Whether everything that the prefix stands for is the person's.</summary>
    public bool Covers(string division) => Divisions.Count == 0 || Divisions.Any(own => division.StartsWith(own, StringComparison.Ordinal));
}
