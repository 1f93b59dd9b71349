namespace MeterPipeline.Policies;

/// <summary>One thing wrong in a policy or profile file.</summary>
/// <param name="File">Path as the operator gave it.</param>
/// <param name="Line">From 1; 0: the file as a whole.</param>
/// <param name="Column">From 1; 0 with line 0.</param>
/// <param name="Message">What is wrong, without the final point.</param>
/// <param name="Remedy">What to do about it, a sentence.</param>
public sealed record PolicyProblem(string File, long Line, long Column, string Message, string Remedy)
{
    /// <summary><c>file:line:column: message. remedy</c></summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}. {Remedy}" : $"{File}:{Line}:{Column}: {Message}. {Remedy}";
}

/// <summary>Policy or profile files cannot be used. The message holds every problem, one a line, in the order of files and lines.</summary>
public sealed class PolicyException : Exception
{
    public PolicyException(IEnumerable<PolicyProblem> problems) : this(InOrder(problems))
    {
    }

    private PolicyException(List<PolicyProblem> ordered) : base(string.Join('\n', ordered)) => Problems = ordered;

    public IReadOnlyList<PolicyProblem> Problems { get; }

    private static List<PolicyProblem> InOrder(IEnumerable<PolicyProblem> problems) =>
        [.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)];
}
