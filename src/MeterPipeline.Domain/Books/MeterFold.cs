using System.Diagnostics.CodeAnalysis;

namespace MeterPipeline.Domain.Books;

/// <summary>
/// The accrual fold of one meter and register: points in order of time become daily consumption. The same code runs over a stream and
/// over stored meter days. It knows one accepted point, the <em>anchor</em>, and up to four doubtful ones after it.
/// <para>A step from the anchor is accepted when it goes forward no faster than the meter's capacity allows. Everything else waits:
/// a lower value as possible glitch, rollover or reset, a much higher one as possible spike or jump; the points that follow decide. Days
/// are cut out of accepted steps by linear interpolation at local midnights, so that they add up exactly to the step.</para>
/// A part of its <see cref="MeterBook"/>, not an object of its own: a reading finds both in one place. Owned by one thread.
/// </summary>
internal struct MeterFold
{
    /// <summary>This many points must continue from a doubtful one before it is believed against the anchor.</summary>
    public const int Confirmations = 3;

    private readonly LifeTerms[] lives;
    private readonly DayLog log;
    private State state;

    public MeterFold(LifeTerms[] lives, DayLog log) : this(lives, log, new State { Life = -1, Candidates = [] })
    {
    }

    internal MeterFold(LifeTerms[] lives, DayLog log, in State state) => (this.lives, this.log, this.state) = (lives, log, state);

    /// <summary>Time of the newest point taken, ms; <see cref="long.MinValue"/> before the first.</summary>
    public readonly long FrontierMs => state.Taken ? state.FrontierMs : long.MinValue;

    [UnscopedRef]
    internal readonly ref readonly State Current => ref state;

    /// <inheritdoc cref="MeterBook.Look"/>
    internal readonly long Look() => state.AnchorMs ^ state.Today.High ^ (uint)lives.Length;

    /// <summary>Takes the next point.</summary>
    /// <param name="timeMs">After every point taken before.</param>
    /// <param name="shown">Register as shown by the meter.</param>
    /// <param name="rival">The highest other value of the same revision at this time, or <paramref name="shown"/> where there is none.</param>
    public void Take(long timeMs, long shown, long rival)
    {
        if (timeMs <= FrontierMs) throw new InvalidOperationException("The fold takes points in order of time only.");
        state.FrontierMs = timeMs;
        state.Taken = true;
        if (state.Life + 1 < lives.Length && timeMs >= lives[state.Life + 1].FromMs) Enter(timeMs);
        if (state.Life < 0 || !lives[state.Life].Covers(timeMs))
        {
            TakeOutside(timeMs);
            return;
        }
        var life = lives[state.Life];
        var value = life.Multiplied(shown);
        var point = new Point(timeMs, value, life.Multiplied(rival) - value);
        if (!state.Anchored) Anchor(point);
        else if (state.Doubt != Doubt.None) Settle(life, point);
        else if (Plausible(life, state.AnchorMs, state.Anchor, timeMs, value)) Step(point, value - state.Anchor, DayMarks.None);
        else Question(life, point);
        if (rival != shown) state.Today.Marks |= DayMarks.Conflict;
    }

    /// <summary>Writes what can be said now beyond the closed days, open doubts included, to a branch of the log; the fold itself goes on unchanged.</summary>
    public readonly DayLog Conclude(ReadOnlySpan<RegistryPoint> ahead)
    {
        var branch = log.Branch();
        var copy = new MeterFold(lives, branch, state);
        foreach (var point in ahead) copy.Take(point.TimeMs, point.Shown, point.Shown);
        copy.Leave();
        if (copy.state.DayOpen) branch.Append(copy.state.Today);
        return branch;
    }

    private static bool Plausible(LifeTerms life, long fromMs, long from, long toMs, long to) => to >= from && to - from <= life.Most(toMs - fromMs);

    private void Enter(long timeMs)
    {
        Leave();
        while (state.Life + 1 < lives.Length && timeMs >= lives[state.Life + 1].FromMs) state.Life++;
    }

    /// <summary>Ends the life in progress: what is still in doubt stays so, within bounds.</summary>
    private void Leave()
    {
        if (!state.Anchored) return;
        switch (state.Doubt)
        {
            case Doubt.Rollover when state.Candidates[0].Value > 0:
                AcceptRollover(lives[state.Life], state.Candidates[0]);
                break;
            case Doubt.Rollover or Doubt.Drop:
                // Without a closing register the claim's end is missing, and its bound begins before the anchor already.
                var life = lives[state.Life];
                Bound(DayMarks.Pending, !life.IsClosed ? 0 : life.Most(life.UntilMs - state.AnchorMs));
                break;
            case Doubt.Jump:
                Bound(DayMarks.Pending, state.Candidates[^1].Value - state.Anchor);
                break;
        }
        (state.Doubt, state.Candidates, state.Anchored) = (Doubt.None, [], false);
    }

    private void TakeOutside(long timeMs)
    {
        if (state.Anchored) Leave();
        OpenDay(LocalDay.Of(timeMs));
        state.Today.Marks |= DayMarks.Inactive;
        state.Today.Readings++;
    }

    private void Anchor(Point point)
    {
        var day = LocalDay.Of(point.TimeMs);
        OpenDay(day);
        (state.Anchored, state.AnchorMs, state.Anchor) = (true, point.TimeMs, point.Value);
        state.Today.Readings++;
        if (point.TimeMs == day.StartMs)
        {
            state.Today.Marks |= StartMark(point);
            (state.Today.Register, state.Today.After) = (point.Value, point.Excess);
        }
        else state.Today.Marks |= DayMarks.Covered;
        Contest(point);
    }

    /// <summary>Makes <paramref name="day"/> the open one without a step into it: across a break or between lives nothing is interpolated.</summary>
    private void OpenDay(LocalDay day)
    {
        if (state.DayOpen && state.Today.Day >= day) return;
        if (state.DayOpen) log.Append(state.Today);
        state.Today = new DayTotal { Day = day };
        state.DayOpen = true;
    }

    /// <summary>Accepts the step from the anchor and makes its end the new anchor.</summary>
    private void Step(Point to, long consumed, DayMarks marks)
    {
        if (to.TimeMs >= state.Today.Day.EndMs) StepAcrossMidnights(to, consumed, marks);
        else
        {
            state.Today.Consumption += consumed;
            state.Today.Marks |= marks | DayMarks.Covered;
        }
        state.Today.Readings++;
        (state.AnchorMs, state.Anchor) = (to.TimeMs, to.Value);
        Contest(to);
    }

    private void StepAcrossMidnights(Point to, long consumed, DayMarks marks)
    {
        var toMs = to.TimeMs;
        var span = toMs - state.AnchorMs;
        var estimated = span > MeterLife.LongStepMs ? DayMarks.Estimated : DayMarks.None;
        var modulus = lives[state.Life].Modulus;
        var given = 0L;
        for (var day = state.Today.Day.Next; day.StartMs <= toMs; day = day.Next)
        {
            var measured = day.StartMs == toMs;
            var until = measured ? consumed : Quantity.MultiplyDivide(consumed, day.StartMs - state.AnchorMs, span);
            state.Today.Consumption += until - given;
            state.Today.Marks |= estimated | (measured ? DayMarks.Covered | marks : DayMarks.None);
            given = until;
            log.Append(state.Today);
            var register = state.Anchor + until;
            state.Today = new DayTotal
            {
                Day = day,
                Register = modulus is { } wrap && register >= wrap ? register - wrap : register,
                Marks = measured ? StartMark(to) : DayMarks.StartInterpolated,
                Before = measured ? 0 : until,
                After = consumed - until + to.Excess,
            };
        }
        if (toMs == state.Today.Day.StartMs) return;
        state.Today.Consumption += consumed - given;
        state.Today.Marks |= marks | estimated | DayMarks.Covered;
    }

    /// <summary>A midnight with two values is as little known as one between two readings.</summary>
    private static DayMarks StartMark(Point point) => point.Excess == 0 ? DayMarks.StartMeasured : DayMarks.StartInterpolated;

    private void Question(LifeTerms life, Point point)
    {
        var (timeMs, value, _) = point;
        state.Doubt = value >= state.Anchor ? Doubt.Jump
            : life.Modulus is { } modulus && value < modulus && state.Anchor < modulus
                && value + modulus - state.Anchor <= life.Most(timeMs - state.AnchorMs) ? Doubt.Rollover
            : Doubt.Drop;
        state.Candidates = [point];
    }

    private void Settle(LifeTerms life, Point point)
    {
        var (timeMs, value, _) = point;
        var last = state.Candidates[^1];
        var returns = Plausible(life, state.AnchorMs, state.Anchor, timeMs, value);
        var continues = Plausible(life, last.TimeMs, last.Value, timeMs, value);
        if (state.Doubt == Doubt.Jump ? returns && !continues : returns) Dismiss(point);
        else if (!continues) Replace(life, point);
        // A register that stands still proves nothing: a transient 0, or an error code, may be repeated for hours. After a long silence any turn is
        // plausible, so a 0 is none before a value goes on from it.
        else if (value == last.Value && (state.Doubt != Doubt.Rollover || value == 0)) state.Today.Readings++;
        else if (state.Doubt == Doubt.Rollover)
        {
            AcceptRollover(life, last);
            (state.Doubt, state.Candidates) = (Doubt.None, []);
            Step(point, value - state.Anchor, DayMarks.None);
        }
        else
        {
            state.Candidates = [.. state.Candidates, point];
            if (state.Candidates.Length > Confirmations) Believe(life);
        }
    }

    /// <summary>The new point continues from the anchor: the doubtful ones were glitches or spikes.</summary>
    private void Dismiss(Point point)
    {
        state.Today.Readings += state.Candidates.Length;
        var mark = state.Doubt == Doubt.Jump ? DayMarks.Spike : DayMarks.Glitch;
        (state.Doubt, state.Candidates) = (Doubt.None, []);
        Step(point, point.Value - state.Anchor, mark);
    }

    /// <summary>The new point fits neither the anchor nor the doubtful ones: it is the new doubt.</summary>
    private void Replace(LifeTerms life, Point point)
    {
        state.Today.Readings += state.Candidates.Length;
        state.Today.Marks |= state.Doubt == Doubt.Jump ? DayMarks.Spike : DayMarks.Glitch;
        Question(life, point);
    }

    private void AcceptRollover(LifeTerms life, Point point) =>
        Step(point, point.Value + life.Modulus!.Value - state.Anchor, DayMarks.Rollover);

    /// <summary>Enough points continued from the doubtful one: the register broke there. Nothing counts across the break.</summary>
    private void Believe(LifeTerms life)
    {
        var points = state.Candidates;
        var first = points[0];
        var (mark, missed) = state.Doubt == Doubt.Jump
            ? (DayMarks.Jump, first.Value - state.Anchor)
            : (DayMarks.Reset, life.Most(first.TimeMs - state.AnchorMs));
        (state.Doubt, state.Candidates) = (Doubt.None, []);
        Anchor(first);
        Bound(mark, missed);
        for (var i = 1; i <= Confirmations; i++) Step(points[i], points[i].Value - state.Anchor, DayMarks.None);
    }

    /// <summary>What counts from here on may be less by the rival's excess, what counted until here more.</summary>
    private void Contest(Point point)
    {
        if (point.Excess == 0) return;
        state.Today.Low = Quantity.Widen(state.Today.Low, point.Excess);
        Bound(DayMarks.Conflict, point.Excess);
    }

    private void Bound(DayMarks mark, long high)
    {
        state.Today.High = Quantity.Widen(state.Today.High, high);
        state.Today.Marks |= mark | DayMarks.Bounded;
    }

    internal enum Doubt : byte { None, Drop, Jump, Rollover }

    /// <param name="Excess">How much higher the rival value of the same time is; 0: there is none.</param>
    internal readonly record struct Point(long TimeMs, long Value, long Excess);

    /// <summary>Everything the fold remembers: a value, so that a copy is a snapshot.</summary>
    internal struct State
    {
        public bool Taken, Anchored, DayOpen;
        public Doubt Doubt;
        public int Life;
        public long FrontierMs, AnchorMs, Anchor;

        /// <summary>The doubtful points, at most one more than <see cref="Confirmations"/>. Replaced, never written to.</summary>
        public Point[] Candidates;

        public DayTotal Today;
    }
}

/// <summary>An opening or closing register from the registry: a reading at that instant, stronger than any sent one.</summary>
public readonly record struct RegistryPoint(long TimeMs, long Shown);
