using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using DlAot.Compiler.Analysis.Types;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Text;
using DlAot.Tests.Lifting;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Analysis;

/// <summary>Signatures that are inferred from graphs and call sites, and compared with written ones.</summary>
public sealed class TypeAnalysisTests
{
    private static MethodTypes[] Analyze(string source, LiftOptions? options = null)
    {
        string path = Compile(source);
        try
        {
            using AssemblyReader reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
            options ??= new LiftOptions();
            var search = new MethodSearch(reader.World, new Lifter(reader.World, options));
            search.LiftEntries();
            return [.. TypeAnalysis.Of(reader.World, options, search.Lifted)];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static MethodTypes Of(string source, string method = "Net.forward", LiftOptions? options = null) => Analyze(source, options).Single(m => m.Inferred.Method == method);

    [Fact]
    public void AnImageClassifierIsToldWithItsConditions()
    {
        MethodTypes types = Of(Net("return l.call(c.call(x).relu().mean(new long[] { 2, 3 }));", "readonly Conv2d c = Conv2d(3, 8, 3, padding: 1); readonly Linear l = Linear(8, 10);"));
        Assert.Equal("Net.forward(x: f32[N,3,H,W]) -> f32[N,10]", types.Signature.ToString());
        Assert.Equal("forward(x: f32[N,3,H,W]) -> f32[N,10]", types.Signature.Short);
        Assert.Equal("this.c.weight this.c.bias this.l.weight this.l.bias", string.Join(" ", types.Signature.Fields.Select(r => r.Name)));
        Assert.All(types.Signature.Fields, r => Assert.Equal(Origins.Parameter, r.Tensor.Origin));
        Assert.Equal((Origins.Argument, DeviceKind.Cpu, false), (types.Signature.Parameters[0].Tensor.Origin, types.Signature.Parameters[0].Tensor.Device.Value, types.Signature.Parameters[0].Tensor.RequiresGrad.Value));
        Assert.Null(types.Relation);
    }

    [Fact]
    public void ConditionsOfTheCodeStandBehindWhere() =>
        Assert.EndsWith("where H%4==0", Of(Net("return x.exp().view(x.shape[0], 3, x.shape[2] / 4, 4, x.shape[3]).sum(3);").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,3,H,W\")] Tensor x)", StringComparison.Ordinal)).Signature.ToString());

    [Theory]
    [InlineData("H%4==0", "floordiv(H,4)>=1", "H>=2", "H%2==0", "floordiv(H,2)==2*floordiv(H,4)", "2*floordiv(H,4)==floordiv(H,2)")]
    [InlineData("H%4==2", "H>=2", "H%2==0", "floordiv(H,2)!=2*floordiv(H,4)")]
    [InlineData("H%2==0", "H>=2*floordiv(H+1,2)-1", "H>=2*floordiv(H,2)", "floordiv(H+1,2)==floordiv(H,2)")]
    [InlineData("H%2==1", "2*floordiv(H,2)!=H")]
    [InlineData("H>=224", "H>=224", "floordiv(H,32)>=7", "H>=2")]
    [InlineData("H%32==0 H>=224", "H>=224", "H%32==0", "H>=2")]
    [InlineData("H%3!=0", "mod(H,3)!=0")]
    [InlineData("H==5", "H==5", "H>=2")]
    [InlineData("", "H>=1", "H>=3*floordiv(H,4)")]
    [InlineData("W>=2*H", "W-2*H>=0", "W-H>=0", "floordiv(W,2)>=floordiv(W,4)")]
    [InlineData("H==W", "H==W", "W==H")]
    [InlineData("C<=2147483647", "2147483647>=C")]
    [InlineData("floordiv(H,2)==2*floordiv(H,4)", "floordiv(H,2)==2*floordiv(H,4)", "H>=1", "floordiv(H,2)>=0")]
    public void ConditionsAreToldInFewWords(string shorter, params string[] conditions)
    {
        ImmutableArray<DimConstraint> given = [.. conditions.Select(Parse)];
        ParameterFact x = new("x", TensorFact.Of(new TensorType(DType.F32, [.. "NCHW".Select(c => DimExpr.Symbol($"{c}"))])));
        string[] texts = [.. MethodSignature.Of("f", [x], [], given).Constraints];
        Assert.Equal(shorter, string.Join(" ", texts));
        if (given.SelectMany(c => c.Left.Symbols.Concat(c.Right.Symbols)).Distinct().Count() == 1)
        {
            DimConstraint[] told = [.. texts.Select(Parse)];
            Assert.All(Enumerable.Range(1, 1000), n => Assert.Equal(given.All(c => c.Holds(_ => n)), told.All(c => c.Holds(_ => n))));
        }
    }

    // a>=b, a<=b, a==b, a!=b, a%n==r, a%n!=r
    private static DimConstraint Parse(string text)
    {
        string sign = new[] { ">=", "<=", "==", "!=" }.First(s => text.Contains(s, StringComparison.Ordinal));
        string[] sides = text.Split(sign), parts = sides[0].Split('%');
        DimExpr left = parts is [var value, var divisor] ? DimExpr.Mod(DimText.Parse(value), DimText.Parse(divisor)) : DimText.Parse(sides[0]), right = DimText.Parse(sides[1]);
        return sign == "<=" ? new(ConstraintKind.AtLeast, right, left, SourceLocation.None) : new(sign switch { ">=" => ConstraintKind.AtLeast, "==" => ConstraintKind.Equal, _ => ConstraintKind.NotEqual }, left, right, SourceLocation.None);
    }

    [Fact]
    public void FieldsAndLocalsHaveTheSignaturesSizes()
    {
        string source = Net("""
            var h = l.call(x).relu();
            var mask = torch.ones(x.shape[0], 2);
            for (int i = 0; i < 2; i++) { var step = h * mask; h = step.exp() + step; System.Console.WriteLine(i); }
            for (int i = 0; i < 2; i++) { var other = h.sum(1, keepdim: true); h = h + other; System.Console.WriteLine(i); }
            return (h * scale + h.sin()).tanh() + h;
            """, "readonly Linear l = Linear(4, 2); readonly Tensor scale = torch.ones(1, 2);").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,4\")] Tensor x)", StringComparison.Ordinal);
        MethodSignature s = Of(source).Signature;
        Assert.Equal("this.l.weight: f32[2,4] this.l.bias: f32[2] this.scale: f32[1,2]", string.Join(" ", s.Fields));
        Assert.Equal("h: f32[N,2] mask: f32[N,2] other: f32[N,1] step: f32[N,2]", string.Join(" ", s.Locals.OrderBy(l => l.Name, StringComparer.Ordinal)));
        Assert.Equal((Origins.Op, Origins.Factory), (s.Locals.Single(l => l.Name == "h").Tensor.Origin, s.Locals.Single(l => l.Name == "mask").Tensor.Origin));
        Assert.Equal((Origins.Parameter, Origins.Buffer), (s.Fields[0].Tensor.Origin, s.Fields[2].Tensor.Origin));
    }

    [Fact]
    public void ALocalOfSeveralRanksHasNone()
    {
        MethodSignature s = Of(Net("var y = x.exp(); y = y * y; y = y.sum(1) + y.mean(); return y * y;").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,4\")] Tensor x)", StringComparison.Ordinal)).Signature;
        Assert.Equal("y: f32[any rank]", Assert.Single(s.Locals).ToString());
    }

    [Fact]
    public void WhatCallersPassDecidesBetweenNumbersOfDimensions()
    {
        string source = Net("return l.call(x).relu();", "readonly Linear l = Linear(4, 2);");
        Assert.Equal("Net.forward(x: f32[any rank]) -> f32[any rank]", Of(source).Signature.ToString());
        MethodTypes types = Of(source + "public static class Program { public static void Main2() { using var net = new Net(); System.Console.WriteLine(net.call(rand(8, 5, 4)).sum().item<float>()); } }");
        Assert.Equal("Net.forward(x: f32[N,T,4]) -> f32[N,T,2]", types.Signature.ToString());
        Assert.Equal("f32[8,5,4]", Assert.Single(Assert.Single(types.Calls).Tensors).Type.ToString());
    }

    [Fact]
    public void WhatAModulePassesToAnotherIsACallSite()
    {
        string source = Net("return inner.call(x.exp().flatten(1)).relu();", "readonly Inner inner = new Inner();").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,2,2\")] Tensor x)", StringComparison.Ordinal)
            + "public class Inner : Module<Tensor, Tensor> { readonly Linear l = Linear(4, 2); public Inner() : base(\"i\") { RegisterComponents(); } public override Tensor forward(Tensor y) => l.call(y).tanh(); }";
        Assert.Equal("Inner.forward(y: f32[N,4]) -> f32[N,2]", Of(source, "Inner.forward").Signature.ToString());
    }

    [Fact]
    public void WhatIsNoTensorHasItsType() =>
        Assert.Equal("Net.forward(x: f32[N,4], scale: double) -> f32[N,2]", Of(Net("return l.call(x) * scale;", "readonly Linear l = Linear(4, 2);", parameters: "Tensor x, double scale").Replace("forward(Tensor x", "forward([DlAot.Shape(\"N,4\")] Tensor x", StringComparison.Ordinal)).Signature.ToString());

    [Theory]
    [InlineData("x: f32[N,3,H,W]", SignatureRelation.Agrees, "DLAOT3101")]
    [InlineData("x: f32[1,3,224,224]", SignatureRelation.Tighter, "DLAOT3102")]
    [InlineData("x: f32[N,C,H,W]", SignatureRelation.Broader, "DLAOT3103")]
    [InlineData("x: f32[1,C,H,W]", SignatureRelation.Incomparable, "DLAOT2101")]
    [InlineData("x: f32[N,4,H,W]", SignatureRelation.Incomparable, "DLAOT2101")]
    public void AWrittenSignatureIsCompared(string signature, SignatureRelation relation, string code)
    {
        string source = Net("return c.call(x).relu().mean(new long[] { 2, 3 });", "readonly Conv2d c = Conv2d(3, 8, 3, padding: 1);");
        MethodTypes attribute = Of(source.Replace("public override", $"[DlAot.Compile(Signature = \"{signature}\")] public override", StringComparison.Ordinal));
        Assert.Equal((relation, code), (attribute.Relation, Assert.Single(attribute.Diagnostics).Rule.Code));
        Assert.Equal("Net.forward(x: f32[N,3,H,W]) -> f32[N,8]", attribute.Inferred.ToString());
        MethodTypes commandLine = Of(source, options: new LiftOptions(Signatures: new Dictionary<string, string> { ["Net.forward"] = signature }.ToImmutableDictionary()));
        Assert.Equal((relation, attribute.Signature), (commandLine.Relation, commandLine.Signature));
        var file = ConfigurationFile.Empty with { Inputs = [new("Net.forward", [new("x", signature[3..], SourceLocation.None)], SourceLocation.None)] };
        Assert.Equal(relation, Of(source, options: new LiftOptions(Configuration: file)).Relation);
    }

    [Fact]
    public void AShapeIsComparedToo() =>
        Assert.Equal(SignatureRelation.Tighter, Of(Net("return x.exp().sum(new long[] { 1 });").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"4,?\")] Tensor x)", StringComparison.Ordinal)).Relation);

    [Fact]
    public void WhatDoesNotLiftHasWhatItsCallersPass()
    {
        MethodTypes[] all = Analyze(Net("return x.exp().sum(1);", more: "public Tensor Odd(Tensor y) { System.Console.WriteLine(y.exp().sum().item<float>()); return System.Environment.NewLine.Length > 1 ? y.sin().cos() : y.cos().sin(); }"));
        Assert.Contains(all, m => m.Inferred.Method == "Net.Odd" && m.Inferred.Parameters[0].Name == "y");
    }

    [Fact]
    public void TheCommandPrintsTextAndJson()
    {
        string path = Compile(Net("return l.call(x.flatten(1)).relu();", "readonly Linear l = Linear(4, 2);").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,2,2\")] Tensor x)", StringComparison.Ordinal));
        string text = Run("analyze", path, "--types", "-r", AppContext.BaseDirectory);
        Assert.StartsWith("Net.forward(x: f32[N,2,2]) -> f32[N,2]", text);
        Assert.Contains("DLAOT3102", text);
        Assert.Matches(@"field +this\.l\.weight +f32\[2,4\] +cpu, contiguous, no gradient, parameter", text);
        using var json = JsonDocument.Parse(Run("analyze", path, "--types", "--json", "-r", AppContext.BaseDirectory));
        JsonElement method = json.RootElement.GetProperty("methods")[0], x = method.GetProperty("parameters")[0];
        Assert.Equal(("Net.forward", "tighter", "f32", 3, "argument"), (method.GetProperty("name").GetString(), method.GetProperty("relation").GetString(), x.GetProperty("dType").GetString(), x.GetProperty("rank").GetInt32(), x.GetProperty("origin").GetString()));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static string Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dlaot.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
