namespace MeterPipeline.Domain.Readings;

/// <summary>Which register of a meter: the total, or a tariff period 尖峰平谷 (sharp, peak, flat, valley).</summary>
public enum Register : byte { Total = 0, T1 = 1, T2 = 2, T3 = 3, T4 = 4 }

/// <summary>
/// A cumulative register value at an instant. Its identity is (meter, register, time, revision); arrival order, packet ids and DUP
/// flags have no part in it.
/// </summary>
/// <param name="MeterNo">The ledger's number of the meter.</param>
/// <param name="TimeMs">Reading time, ms since the epoch.</param>
/// <param name="Value">Register as shown, 0.0001 kWh or m³, before the multiplier; 0 to <see cref="Quantity.Max"/>.</param>
/// <param name="Revision">0 as first sent; a correction carries a higher one.</param>
public readonly record struct Reading(int MeterNo, Register Register, long TimeMs, long Value, int Revision);

/// <summary>What became of a received reading.</summary>
public enum Outcome : byte { Accepted, Duplicate, Conflict }
