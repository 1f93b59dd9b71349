namespace MeterPipeline.Domain.Books;

/// <summary>A meter day in the pieces of a <see cref="DayPieces"/>: where they are, and how many bytes of them are the day's.</summary>
internal readonly record struct PiecedDay(int Day, DayPieces.Chain Chain, int Length);
