namespace MeterPipeline.Domain.Policies;

/// <summary>How a household comes to its money.</summary>
public enum PaymentMode : byte
{
    /// <summary>Pays its bills and is paid back 先缴后补.</summary>
    Reimburse,

    /// <summary>Gets a credit before the season that its bills draw down 先补后用.</summary>
    PrepaidCredit,

    /// <summary>Pays bills from which the subsidy is deducted already (晋清洁办发〔2022〕3号: 直接缴纳各级财政补贴后的取暖费用).</summary>
    NetBill,
}

/// <summary>What becomes of a credit that bills did not use up.</summary>
public enum UnusedCredit : byte
{
    /// <summary>Goes back to the payer 到期收回.</summary>
    Return,

    /// <summary>Stays for the next season 结转.</summary>
    CarryOver,

    /// <summary>A month's credit ends with the month.</summary>
    ExpireMonthly,
}

/// <param name="Credit">Yuan per season, or per month where it expires monthly; null but in <see cref="PaymentMode.PrepaidCredit"/>.</param>
public sealed record Payment(PaymentMode Mode, decimal? Credit, UnusedCredit Unused)
{
    public static Payment Default { get; } = new(PaymentMode.Reimburse, null, UnusedCredit.Return);
}

/// <summary>One bill and what a credit did to it, yuan.</summary>
public readonly record struct DrawnBill(decimal Bill, decimal FromCredit, decimal ByHousehold);

/// <summary>A prepaid credit drawn down by bills in order of time.</summary>
/// <param name="Returned">To the payer at the end; expired monthly credits included.</param>
/// <param name="CarriedOver">To the next season.</param>
public sealed record DrawnCredit(IReadOnlyList<DrawnBill> Bills, decimal Returned, decimal CarriedOver)
{
    /// <param name="credit">Yuan before the first bill, or at the beginning of each month where it expires monthly (then one bill is one month).</param>
    public static DrawnCredit Of(decimal credit, UnusedCredit unused, IReadOnlyList<decimal> bills)
    {
        var (left, expired) = (credit, 0m);
        var drawn = new List<DrawnBill>(bills.Count);
        foreach (var bill in bills)
        {
            var used = Math.Min(bill, left);
            drawn.Add(new DrawnBill(bill, used, bill - used));
            left -= used;
            if (unused == UnusedCredit.ExpireMonthly) (expired, left) = (expired + left, credit);
        }
        return unused switch
        {
            UnusedCredit.ExpireMonthly => new DrawnCredit(drawn, expired, 0),
            UnusedCredit.CarryOver => new DrawnCredit(drawn, 0, left),
            _ => new DrawnCredit(drawn, left, 0),
        };
    }
}
