using MeterPipeline.Ledger.Import;

namespace MeterPipeline.Web.Registry;

/// <summary>Where uploads wait, and how large they may be.</summary>
/// <param name="Folder">Made for its owner only where it is missing: uploads hold personal data. Null: a private folder beside the system's other temporary files.</param>
public sealed record RegistryImportOptions(string? Folder = null)
{
    /// <summary>Payees and payments are no part of the registry, and cannot be previewed.</summary>
    public static IReadOnlyList<RegistryFile> Kinds { get; } =
    [
        RegistryFile.Divisions, RegistryFile.Companies, RegistryFile.Households, RegistryFile.Meters, RegistryFile.Aliases, RegistryFile.HeatedHouseholds,
    ];

    /// <summary>64 MiB: about 600,000 households.</summary>
    public const long BytesMax = 64L << 20;

    /// <summary>Uploads kept at once, from preview to confirmation; so at most 512 MiB of disk.</summary>
    public const int KeptMax = 8;

    /// <summary>An upload that nobody has looked at for so long is removed.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    /// <summary>Refused rows that the download lists; all are counted.</summary>
    public const int RefusedMax = 100_000;
}
