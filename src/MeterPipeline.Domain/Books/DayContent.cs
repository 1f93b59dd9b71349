namespace MeterPipeline.Domain.Books;

/// <summary>A meter day as it was when it was asked for. Its bytes may be read on another thread until <see cref="Books.Stored"/>.</summary>
public readonly struct DayContent
{
    private readonly object place;
    private readonly DayPieces.Chain chain;
    private readonly int length;

    /// <summary>A closed day.</summary>
    internal DayContent(int day, byte[] blob) => (Day, place) = (day, blob);

    /// <summary>An open day, which may grow.</summary>
    internal DayContent(int day, DayPieces pieces, DayPieces.Chain chain, int length) => (Day, place, this.chain, this.length) = (day, pieces, chain, length);

    public int Day { get; }

    /// <summary>As a <see cref="MeterDay"/>.</summary>
    public byte[] Bytes() => place as byte[] ?? ((DayPieces)place).Read(chain, length);
}
