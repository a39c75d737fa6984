using Microsoft.CodeAnalysis;

namespace DlAot.Tests.RuleFixtures;

/// <summary>The fixes on sources as people write them: expression bodies, comments, nested classes, loops, several places on a line, all at once.</summary>
public sealed class WrittenInManyWaysTests
{
    private static string Net(string members) => LightBulb.Usings + "public class Net : Module<Tensor, Tensor>\n{\n" + members + "\n}\n";

    private static string Steps(string body) => LightBulb.Usings + "public static class Steps\n{\n    public static Tensor Run(Tensor x)\n    {\n        " + body.ReplaceLineEndings("\n").Replace("\n", "\n        ") + "\n    }\n}\n";

    public static TheoryData<string, string, string> Marks => new()
    {
        { "expression body", "    public Net() : base(\"net\") { }\n\n    public override Tensor forward(Tensor x) => x.exp() + 1;", "    public override" },
        { "documented", "    public Net() : base(\"net\") { }\n\n    /// <summary>Runs.</summary>\n    // really\n    public override Tensor forward(Tensor x) { return x.exp() + 1; } // end", "    public override" },
        { "with attributes", "    public Net() : base(\"net\") { }\n\n    [Obsolete(\"old\")] // why\n    public override Tensor forward(Tensor x) => x.exp() + 1;", "    [Obsolete" },
        { "on one line", "    public Net() : base(\"net\") { } public override Tensor forward(Tensor x) => x.exp() + 1;", " public override" },
        { "after a directive", "    public Net() : base(\"net\") { }\n\n#region run\n    public override Tensor forward(Tensor x) => x.exp() + 1;\n#endregion", "    public override" },
    };

    [Theory]
    [MemberData(nameof(Marks))]
    public void A_method_is_marked(string form, string members, string before)
    {
        Assert.NotEmpty(form);
        string source = Net(members), mark = form == "on one line" ? " [Compile]" + before : "    [Compile]\n" + before;
        string marked = source.Replace(before, mark, StringComparison.Ordinal);
        Assert.Equal(marked, LightBulb.Refactor(source, "forward", nameof(CodeFixes.AddCompile)));
        Assert.Equal(marked.ReplaceLineEndings("\r\n"), LightBulb.Refactor(source.ReplaceLineEndings("\r\n"), "forward", nameof(CodeFixes.AddCompile)));
    }

    [Theory]
    [InlineData("    [Compile]\n    public override Tensor forward(Tensor x) => x;", "    public override Tensor forward(Tensor x) => x;")]
    [InlineData("    // why\n    [Compile] // because\n    public override Tensor forward(Tensor x) => x;", "    // why\n    // because\n    public override Tensor forward(Tensor x) => x;")]
    [InlineData("    [Obsolete(\"old\"), Compile(Signature = \"x: f32[N]\")]\n    public override Tensor forward(Tensor x) => x;", "    [Obsolete(\"old\")]\n    public override Tensor forward(Tensor x) => x;")]
    [InlineData("    [global::DlAot.Compile] [Obsolete(\"old\")] public override Tensor forward(Tensor x) => x;", "    [Obsolete(\"old\")] public override Tensor forward(Tensor x) => x;")]
    [InlineData("    [Obsolete(\"old\")]\n    /* asked */ [DlAot.CompileAttribute()]\n    public override Tensor forward(Tensor x) => x;", "    [Obsolete(\"old\")]\n    /* asked */ public override Tensor forward(Tensor x) => x;")]
    public void A_mark_is_taken_away(string method, string expected) =>
        Assert.Equal(Net("    public Net() : base(\"net\") { }\n\n" + expected), LightBulb.Fix(Net("    public Net() : base(\"net\") { }\n\n" + method), "DLAOT3001"));

    [Theory]
    [InlineData("[Compile] public static int F(int n) => n * 2;", "DLAOT3005")]
    [InlineData("[Compile] public static Tensor F<T>(Tensor x, T n) => x.exp() + 1;", "DLAOT2017")]
    [InlineData("[Compile] public static Tensor F(ref Tensor x) => x.exp() + 1;", "DLAOT2017")]
    [InlineData("[Compile] public static Tensor F(Tensor x) => throw new NotSupportedException();", "DLAOT3001")]
    [InlineData("[Compile] public static Tensor F(Tensor x) { x.exp().sum().backward(); return x + 1; }", "DLAOT3003")]
    public void A_mark_that_nothing_can_come_of_is_taken_away(string method, string code) =>
        Assert.Equal(LightBulb.Usings + "public static class Steps { " + method.Replace("[Compile] ", "") + " }", LightBulb.Fix(LightBulb.Usings + "public static class Steps { " + method + " }", code, "Remove [Compile]"));

    public static TheoryData<string, string> Reads => new()
    {
        { "var y = x.exp();\nforeach (var f in new[] { 1.0, 2.0 })\n    x = x * y.data<float>()[0] * f;\nreturn x;", "var y = x.exp();\nvar value = y.data<float>()[0];\nforeach (var f in new[] { 1.0, 2.0 })\n    x = x * value * f;\nreturn x;" },
        { "var y = x.exp();\n\n/* all */\nwhile (y.data<float>()[0] < 3) { x = x + 1; } // once\nreturn x;", "var y = x.exp();\n\n/* all */\nvar value = y.data<float>()[0];\nwhile (value < 3) { x = x + 1; } // once\nreturn x;" },
        { "var y = x.exp();\nfor (int i = 0; i < 3; i++)\n{\n    for (int k = 0; k < 3; k++)\n    {\n        x = x * y.data<float>()[i];\n    }\n}\nreturn x;", "var y = x.exp();\nfor (int i = 0; i < 3; i++)\n{\n    var value = y.data<float>()[i];\n    for (int k = 0; k < 3; k++)\n    {\n        x = x * value;\n    }\n}\nreturn x;" },
        { "var y = x.exp(); var value = 2;\nfor (int i = 0; i < 3; i++) { x = x * y.data<float>()[0] /* first */ * value; }\nreturn x;", "var y = x.exp(); var value = 2;\nvar value2 = y.data<float>()[0];\nfor (int i = 0; i < 3; i++) { x = x * value2 /* first */ * value; }\nreturn x;" },
        { "var y = x.exp();\nif (x.dim() > 1)\n{\n    do { x = x * y.data<float>().ToArray()[0]; } while (false);\n}\nreturn x;", "var y = x.exp();\nif (x.dim() > 1)\n{\n    var value = y.data<float>().ToArray()[0];\n    do { x = x * value; } while (false);\n}\nreturn x;" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public void A_host_read_moves_out(string body, string expected)
    {
        Assert.Equal(Steps(expected), LightBulb.Fix(Steps(body), "DLAOT2006"));
        Assert.Equal(Steps(expected).ReplaceLineEndings("\r\n"), LightBulb.Fix(Steps(body).ReplaceLineEndings("\r\n"), "DLAOT2006"));
    }

    [Theory]
    [InlineData("var y = x.exp();\nfor (int i = 0; i < 3; i++) { y.add_(1); x = x * y.data<float>()[0]; }\nreturn x;")]
    [InlineData("var y = x.exp();\nfor (int i = 0; i < 3; i++) { y[0] = x; x = x * y.data<float>()[0]; }\nreturn x;")]
    [InlineData("var y = x.exp();\nfor (int i = 0; i < 3; i++) { var z = y * i; x = x * z.data<float>()[0]; }\nreturn x;")]
    [InlineData("var y = x.exp();\nFunc<Tensor, Tensor> f = t => t * y.data<float>()[0];\nreturn f(x);")]
    [InlineData("var y = x.exp();\nif (x.dim() > 1)\n    for (int i = 0; i < 3; i++) x = x * y.data<float>()[0];\nreturn x;")]
    public void A_host_read_that_may_change_stays(string body) => Assert.Null(LightBulb.Fix(Steps(body), "DLAOT2006"));

    private const string Made = "    public Net() : base(\"net\") { }\n\n", Forward = "    public override Tensor forward(Tensor x)\n    {\n        var y = x.exp() + 1;\n        // told\n        Console.WriteLine(y.mean().item<float>()); // now\n        return y;\n    }";

    private const string Hook = "        register_forward_hook((_, _, y) =>\n        {\n            // told\n            Console.WriteLine(y.mean().item<float>()); // now\n            return y;\n        });\n", Rest = "    public override Tensor forward(Tensor x)\n    {\n        var y = x.exp() + 1;\n        return y;\n    }";

    [Theory]
    [InlineData(Made, "    public Net() : base(\"net\")\n    {\n", "    }\n\n")]
    [InlineData("    public Net() : base(\"net\") => RegisterComponents();\n\n", "    public Net() : base(\"net\")\n    {\n        RegisterComponents();\n", "    }\n\n")]
    [InlineData("    public Net() : base(\"net\") { RegisterComponents(); } // made\n\n", "    public Net() : base(\"net\")\n    {\n        RegisterComponents();\n", "    } // made\n\n")]
    [InlineData("    public Net(string name)\n        : base(name)\n    {\n        // all\n        RegisterComponents();\n        // done\n    }\n\n", "    public Net(string name)\n        : base(name)\n    {\n        // all\n        RegisterComponents();\n", "        // done\n    }\n\n")]
    [InlineData("    /// <summary>Makes it.</summary>\n    public Net() : base(\"net\")\n    {\n    }\n\n", "    /// <summary>Makes it.</summary>\n    public Net() : base(\"net\")\n    {\n", "    }\n\n")]
    public void A_line_moves_to_a_hook(string constructor, string before, string after)
    {
        string source = Net(constructor + Forward), expected = Net(before + Hook + after + Rest);
        Assert.Equal(expected, LightBulb.Fix(source, "DLAOT2005"));
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), LightBulb.Fix(source.ReplaceLineEndings("\r\n"), "DLAOT2005"));
    }

    [Theory]
    [InlineData("        if (x.dim() > 3) return x;\n        return y;")]
    [InlineData("        y.mul_(2);\n        return y;")]
    [InlineData("        y = y * 2;\n        return y;")]
    [InlineData("        return y.exp();")]
    public void What_a_hook_would_tell_otherwise_stays(string end) => Assert.Null(LightBulb.Fix(Net(Made + Forward.Replace("        return y;", end, StringComparison.Ordinal)), "DLAOT2005"));

    [Theory]
    [InlineData("    public static Tensor Run(Tensor x) => (x + 1).exp() * 2;", "    public static Tensor Run(Tensor x)\n    {\n        using var scope = NewDisposeScope();\n        return ((x + 1).exp() * 2).MoveToOuterDisposeScope();\n    }")]
    [InlineData("    public static Tensor Run(Tensor x)\n    {\n        // first\n        var y = x.exp() + 1; // made\n        return y; // result\n    }", "    public static Tensor Run(Tensor x)\n    {\n        using var scope = NewDisposeScope();\n        // first\n        var y = x.exp() + 1; // made\n        return y.MoveToOuterDisposeScope(); // result\n    }")]
    [InlineData("    public static Tensor Run(Tensor x, int scope)\n    {\n        x = x.exp() + scope;\n        if (scope > 3)\n        {\n            return /* now */ x * 2;\n        }\n\n        return x;\n    }", "    public static Tensor Run(Tensor x, int scope)\n    {\n        using var scope2 = NewDisposeScope();\n        x = x.exp() + scope;\n        if (scope > 3)\n        {\n            return /* now */ (x * 2).MoveToOuterDisposeScope();\n        }\n\n        return x.MoveToOuterDisposeScope();\n    }")]
    [InlineData("    public static Tensor Run(Tensor x)\n    {\n        for (int i = 0; i < 3; i++) x = x * 2 + 1;\n        var y = x.exp();\n        return y;\n    }", "    public static Tensor Run(Tensor x)\n    {\n        using var scope = NewDisposeScope();\n        for (int i = 0; i < 3; i++) x = x * 2 + 1;\n        var y = x.exp();\n        return y.MoveToOuterDisposeScope();\n    }")]
    [InlineData("    public class Inner\n    {\n        public Tensor Run(Tensor x) => x.exp() + 1;\n    }", "    public class Inner\n    {\n        public Tensor Run(Tensor x)\n        {\n            using var scope = NewDisposeScope();\n            return (x.exp() + 1).MoveToOuterDisposeScope();\n        }\n    }")]
    public void Temporaries_are_disposed_of(string members, string expected)
    {
        string Whole(string text) => LightBulb.Usings + "public static class Steps\n{\n" + text + "\n}\n";
        Assert.Equal(Whole(expected), LightBulb.Refactor(Whole(members), "Run", nameof(CodeFixes.DisposeTemporaries)));
        Assert.Equal(Whole(expected).ReplaceLineEndings("\r\n"), LightBulb.Refactor(Whole(members).ReplaceLineEndings("\r\n"), "Run", nameof(CodeFixes.DisposeTemporaries)));
        LightBulb.Compiles(Whole(expected));
    }

    [Theory]
    [InlineData("last = x.exp() + 1;\nreturn last * 2;")]
    [InlineData("var all = new List<Tensor>(); all.Add(x.exp() + 1);\nreturn x + 1;")]
    [InlineData("var y = x;\nif (y.dim() > 3) y = y.exp() + 1;\nreturn y;")]
    [InlineData("using var s = NewDisposeScope();\nreturn (x.exp() + 1).MoveToOuterDisposeScope();")]
    [InlineData("var y = x.exp() + 1;\nreturn x;")]
    public void What_would_be_freed_too_early_has_no_scope(string body) =>
        Assert.Null(LightBulb.Refactor(Steps(body).Replace("public static class Steps\n{", "public static class Steps\n{\n    static Tensor last = ones(1);"), "Run", nameof(CodeFixes.DisposeTemporaries)));

    [Fact]
    public void All_at_once_is_one_after_the_other()
    {
        Assert.Equal(
            Steps("var y = x.exp();\nvar value = y.data<float>()[0];\nvar value2 = y.data<float>()[1];\nfor (int i = 0; i < 3; i++) { x = x * value + value2; }\nreturn x;"),
            LightBulb.FixAll(Steps("var y = x.exp();\nfor (int i = 0; i < 3; i++) { x = x * y.data<float>()[0] + y.data<float>()[1]; }\nreturn x;"), "DLAOT2006"));
        Assert.Equal(
            Steps("var y = x.t().reshape(-1); return y + (x.exp().t().reshape(-1) * x.t().reshape(-1));"),
            LightBulb.FixAll(Steps("var y = x.t().view(-1); return y + (x.exp().t().view(-1) * x.t().view(-1));"), "DLAOT2021"));
        string twice = Net(Made + Forward.Replace("        return y;", "        Console.WriteLine(y.sum().item<float>());\n        return y;", StringComparison.Ordinal));
        string hooked = LightBulb.FixAll(twice, "DLAOT2005")!;
        Assert.Equal(2, hooked.Split("register_forward_hook").Length - 1);
        Assert.EndsWith(Rest + "\n}\n", hooked);
        LightBulb.Compiles(hooked);
        const string kept = "    [Compile]\n    public Tensor A(Tensor x) => throw new NotSupportedException();\n\n    [Compile] // b\n    public Tensor B(Tensor x) => throw new NotSupportedException();";
        Assert.Equal(
            Net(Made + kept.Replace("    [Compile]\n", "").Replace("[Compile] // b", "// b")),
            LightBulb.FixAll(Net(Made + kept), "DLAOT3001"));
    }
}
