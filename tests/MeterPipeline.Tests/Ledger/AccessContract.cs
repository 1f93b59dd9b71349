using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What every ledger promises about sessions, keys and the access log.</summary>
public abstract class AccessContract
{
    private const long Now = 1_763_222_400_000;
    private const long HalfAnHour = 30 * 60_000;

    private static readonly User Li = new("li", Role.Bureau, null, ["1408"], "the-hash", MustChange: false, Enabled: true, Now, Now);

    /// <summary>Opens this test's ledger, as one more process would. The first call makes it.</summary>
    protected abstract ILedger Open();

    [Fact]
    public void A_session_is_seen_by_others_until_it_ends()
    {
        var (one, other) = (Open().Access, Open().Access);
        one.Begin(new Session("s1", "li", Now, Now), Now - HalfAnHour);
        Assert.Equal(new Session("s1", "li", Now, Now), other.Find("s1"));
        Assert.Null(other.Find("s2"));
        var version = other.Version();
        one.End("s1");
        one.End("never there");
        Assert.Null(other.Find("s1"));
        Assert.NotEqual(version, other.Version());
    }

    [Fact]
    public void Use_moves_forward_only_and_wakes_nothing_that_ended()
    {
        var access = Open().Access;
        access.Begin(new Session("s1", "li", Now, Now), 0);
        access.Used("s1", Now + 5);
        access.Used("s1", Now + 3);
        Assert.Equal(Now + 5, Open().Access.Find("s1")!.UsedAtMs);
        access.End("s1");
        access.Used("s1", Now + 9);
        Assert.Null(access.Find("s1"));
    }

    [Fact]
    public void Sessions_that_nobody_used_are_forgotten_when_another_begins()
    {
        var access = Open().Access;
        access.Begin(new Session("old", "li", Now, Now), 0);
        access.Begin(new Session("new", "li", Now + HalfAnHour, Now + HalfAnHour), Now + 1);
        Assert.Null(access.Find("old"));
        Assert.NotNull(access.Find("new"));
    }

    [Fact]
    public void Another_password_or_being_disabled_ends_all_sessions_of_that_user_and_no_others()
    {
        var ledger = Open();
        ledger.PutUser(Li, "me", Now);
        foreach (var change in (Func<User, User>[])[user => user with { Hash = "another" }, user => user with { Hash = "another", Enabled = false }])
        {
            ledger.Access.Begin(new Session("mine", "li", Now, Now), 0);
            ledger.Access.Begin(new Session("theirs" + change(Li).Enabled, "wang", Now, Now), 0);
            ledger.PutUser(ledger.Users()[0] with { Divisions = ["14"] }, "me", Now);
            Assert.NotNull(ledger.Access.Find("mine"));
            var version = ledger.Access.Version();
            ledger.PutUser(change(ledger.Users()[0]), "me", Now);
            Assert.Null(Open().Access.Find("mine"));
            Assert.NotNull(ledger.Access.Find("theirs" + change(Li).Enabled));
            Assert.NotEqual(version, ledger.Access.Version());
            ledger.PutUser(ledger.Users()[0] with { Divisions = ["1408"] }, "me", Now);
        }
    }

    [Fact]
    public void Keys_are_kept_without_their_secret_in_the_audit_and_note_the_day_of_their_last_use()
    {
        var ledger = Open();
        var key = new ApiKey("scada", Role.Finance, null, ["1408"], "key-hash", Now, null, null);
        ledger.Access.PutKey(key, "me", Now);
        ledger.Access.PutKey(key, "me", Now + 1);
        var version = ledger.Access.Version();
        ledger.Access.KeyUsed("scada", 20_000);
        ledger.Access.KeyUsed("scada", 19_000);
        Assert.Equal(version, ledger.Access.Version());
        var kept = Assert.Single(Open().Access.Keys());
        Assert.Equal((20_000, "key-hash", "1408"), (kept.UsedDay, kept.Hash, kept.Divisions[0]));
        ledger.Access.PutKey(kept with { RevokedAtMs = Now + 2 }, "you", Now + 2);
        Assert.NotEqual(version, ledger.Access.Version());
        using var view = ledger.OpenView();
        var audit = view.Audit("key", "scada");
        Assert.Equal(["me", "you"], audit.Select(row => row.Actor));
        Assert.DoesNotContain("key-hash", string.Concat(audit.Select(row => row.Before + row.After)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_access_log_comes_back_newest_first_in_pages()
    {
        var access = Open().Access;
        var ids = Enumerable.Range(0, 5).Select(n => Open().Access.Record(new AccessEntry(0, Now + n, "li", "s1", AccessAct.Unmask, $"H{n}", "查证"))).ToList();
        Assert.Equal(ids.Order().Distinct(), ids);
        Assert.Equal(["H4", "H3"], access.Log(long.MaxValue, 2).Select(entry => entry.Subject));
        Assert.Equal(["H2", "H1", "H0"], access.Log(ids[3], 9).Select(entry => entry.Subject));
        Assert.Equal(new AccessEntry(ids[2], Now + 2, "li", "s1", AccessAct.Unmask, "H2", "查证"), access.Newest("s1", AccessAct.Unmask, "H2"));
        Assert.Null(access.Newest("s2", AccessAct.Unmask, "H2"));
        Assert.Null(access.Newest("s1", AccessAct.Export, "H2"));
    }
}
