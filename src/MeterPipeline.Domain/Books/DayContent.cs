namespace MeterPipeline.Domain.Books;

/// <summary>A meter day as it was when it was asked for. Its bytes may be read on another thread until <see cref="Books.Stored"/>, while it grows.</summary>
public readonly struct DayContent
{
    private readonly DayPieces pieces;
    private readonly PiecedDay day;

    internal DayContent(DayPieces pieces, PiecedDay day) => (this.pieces, this.day) = (pieces, day);

    public int Day => day.Day;

    /// <summary>As a <see cref="MeterDay"/>.</summary>
    public byte[] Bytes() => pieces.Read(day);
}
