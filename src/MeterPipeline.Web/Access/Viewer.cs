using MeterPipeline.Ledger.Users;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Access;

/// <summary>Who looks, and at which places they may look.</summary>
/// <param name="Name">Null: a guest on a loopback address, where no users are configured.</param>
/// <param name="Divisions">Prefixes of division codes; empty: all places.</param>
internal sealed record Viewer(string? Name, IReadOnlyList<string> Divisions)
{
    /// <summary>Reads what is not personal, on loopback, while nobody can sign in.</summary>
    public static Viewer Guest { get; } = new(null, []);

    /// <summary>Has not said who they are: only what is open to all.</summary>
    public static Viewer Nobody { get; } = new(null, []) { IsNobody = true };

    /// <summary>Null: a guest, or nobody.</summary>
    public Role? Role { get; init; }

    /// <summary>Of a company's people; null for all others.</summary>
    public string? Company { get; init; }

    /// <summary>The session by which they came; null: a key, a guest or nobody.</summary>
    public string? Session { get; init; }

    /// <summary>The password was given by somebody else: nothing else until it is changed.</summary>
    public bool MustChange { get; init; }

    public bool IsNobody { get; private init; }

    /// <summary>A program with a key, which no browser sends by itself.</summary>
    public bool IsByKey => Role is not null && Session is null;

    public bool IsGuest => Role is null && !IsNobody;

    /// <summary>As the audit names them.</summary>
    public string Actor => Name ?? "guest";

    /// <summary>Where they arrive, and where a page that is not theirs sends them back to.</summary>
    public string Home => Role == Ledger.Users.Role.Company ? "/coverage" : Divisions.Count > 0 ? $"/?division={Boards.DivisionCode.Full(Divisions[0])}" : "/";

    /// <summary>As the gate found them; nobody where it was not asked.</summary>
    public static Viewer Of(HttpContext context) => context.Features.Get<Viewer>() ?? Nobody;

    public bool May(Right right) => !IsNobody && Rights.May(Role, right);

    /// <summary>Whether a wider place has some of theirs in it.</summary>
    public bool IsWithin(string prefix) => !IsNobody && Divisions.Any(own => own.StartsWith(prefix, StringComparison.Ordinal));

    /// <param name="prefix">Of division codes; empty: everything.</param>
    public bool MaySee(string prefix) => !IsNobody && (Divisions.Count == 0 || Divisions.Any(own => prefix.StartsWith(own, StringComparison.Ordinal)));
}
