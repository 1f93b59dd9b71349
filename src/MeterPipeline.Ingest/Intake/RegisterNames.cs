using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake;

/// <summary>The words for registers in UTF-8. Immutable.</summary>
public sealed class RegisterNames
{
    /// <summary>The contract's own: <c>total</c>, <c>T1</c> to <c>T4</c>.</summary>
    public static readonly RegisterNames Contract = new(Enum.GetValues<Register>().Select(r => (Word(r), r)));

    private readonly (byte[] Name, Register Register)[] names;

    public RegisterNames(IEnumerable<(string Name, Register Register)> names) =>
        this.names = [.. names.Select(n => (System.Text.Encoding.UTF8.GetBytes(n.Name), n.Register))];

    /// <summary>The contract's word.</summary>
    public static string Word(Register register) => register == Register.Total ? "total" : register.ToString();

    public Register? Find(ReadOnlySpan<byte> name)
    {
        foreach (var known in names)
            if (name.SequenceEqual(known.Name)) return known.Register;
        return null;
    }
}
