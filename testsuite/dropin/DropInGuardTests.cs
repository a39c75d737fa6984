using System.Collections.Immutable;
using System.Text;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using Mono.Cecil;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Every kind of guard lets compiled code run while it holds, and runs the original when it does not.</summary>
public sealed class DropInGuardTests(DropInGuardTests.Guarded guarded) : IClassFixture<DropInGuardTests.Guarded>
{
    private const string Types = """
        namespace Guarded;
        public enum Mode { A, B, C }
        public enum Small : byte { Zero, High = 200 }
        public class Base : Module<Tensor, Tensor> { public Base() : base("Base") { } public override Tensor forward(Tensor x) => x.relu(); }
        public class Derived : Base { }
        public sealed class Inner { private int depth = 5; public void Set(int value) => depth = value; }
        public sealed class Outer { private Inner inner = new(); public int? Never; private Inner Find() => inner; public Inner Show() => inner; }
        public struct Pair { public int First; public int Second { get; set; } }
        public static class Functions { public static Tensor Twice(Tensor x) => x + x; public static Tensor Thrice(Tensor x) => x * 3; public static int Counter = 1; }
        """;

    // Name of the class, its fields, the guard on the field "f", and what makes the guard fail.
    private static readonly (string Name, string Fields, Func<Subject, Guard> Guard, Action<dynamic> Break)[] Rows =
    [
        ("Int", "public int f = 3;", s => s.Equal(3L), m => m.f = 4),
        ("Long", "public long f = 1L << 40;", s => s.Equal(1L << 40), m => m.f = 0L),
        ("Unsigned", "public uint f = uint.MaxValue;", s => s.Equal((long)uint.MaxValue), m => m.f = 7u),
        ("Bool", "public bool f = true;", s => s.Equal(1L), m => m.f = false),
        ("BoolAsBool", "public bool f = true;", s => s.Equal(true), m => m.f = false),
        ("Char", "public char f = 'q';", s => s.Equal((long)'q'), m => m.f = 'r'),
        ("Enum", "public Mode f = Mode.B;", s => s.Equal(1L), m => m.SetMode(2)),
        ("SmallEnum", "public Small f = Small.High;", s => s.Equal(200L), m => m.SetSmall(0)),
        ("Double", "public double f = 0.5;", s => s.Equal(0.5), m => m.f = 0.25),
        ("NegativeZero", "public double f = 0.0;", s => s.Equal(0.0), m => m.f = BitConverter.Int64BitsToDouble(long.MinValue)) /* a constant would be bound as 0 */,
        ("Single", "public float f = 0.1f;", s => s.Equal((double)0.1f), m => m.f = 0.2f),
        ("DoubleAsInteger", "public double f = 2;", s => s.Equal(2L), m => m.f = 2.5),
        ("String", "public string? f = \"abc\";", s => s.Equal("abc"), m => m.f = "abd"),
        ("StringNull", "public string? f = \"abc\";", s => s.Equal("abc"), m => m.f = null),
        ("IsNull", "public object? f = null;", s => new Guard.Null(s.Field, true, SourceLocation.None), m => m.f = new object()),
        ("IsNotNull", "public object? f = new object();", s => new Guard.Null(s.Field, false, SourceLocation.None), m => m.f = null),
        ("Exact", "public Base f = new Derived();", s => s.Exact("Guarded.Derived"), m => m.f = s_other(m, "Guarded.Base")),
        ("ExactNull", "public Base? f = new Base();", s => s.Exact("Guarded.Base"), m => m.f = null),
        ("Sealed", "public Inner? f = new();", s => s.Exact("Guarded.Inner"), m => m.f = null),
        ("LessInt", "public int f = 3;", s => s.Compare(ComparisonKind.Less, 4), m => m.f = 4),
        ("LessOrEqualInt", "public int f = 4;", s => s.Compare(ComparisonKind.LessOrEqual, 4), m => m.f = 5),
        ("GreaterDouble", "public double f = 1;", s => s.Compare(ComparisonKind.Greater, 0.5), m => m.f = 0.5),
        ("GreaterOrEqualNaN", "public double f = 1;", s => s.Compare(ComparisonKind.GreaterOrEqual, 1), m => m.f = double.NaN),
        ("LessNaN", "public float f = 1;", s => s.Compare(ComparisonKind.Less, 2), m => m.f = float.NaN),
        ("NotEqualNaN", "public double f = 1;", s => s.Compare(ComparisonKind.NotEqual, 2), m => m.f = double.NaN),
        ("NotEqualInt", "public long f = 1;", s => s.Compare(ComparisonKind.NotEqual, 2), m => m.f = 2L),
        ("EqualFraction", "public double f = 0.5;", s => s.Compare(ComparisonKind.Equal, 0.5), m => m.f = 0.75),
        ("CountOfList", "public List<int> f = [1, 2];", s => s.Count("get_Count", 2), m => m.f.Add(3)),
        ("CountOfArray", "public int[] f = [1, 2];", s => s.Count(null, 2), m => m.f = new int[3]),
        ("ElementOfArray", "public int[] f = [1, 2];", s => new Guard.Equal(new Access.Element(s.Field, 1, null, s.Basic.Int32), 2L, SourceLocation.None), m => m.f[1] = 5),
        ("ElementOfList", "public List<int> f = [1, 2];", s => new Guard.Equal(new Access.Element(s.Field, 1, s.Method(s.Field.Type, "get_Item"), s.Basic.Int32), 2L, SourceLocation.None), m => m.f[1] = 5),
        ("NotTraining", "public Base f = Evaluated();", s => new Guard.Training(s.Field, false, SourceLocation.None), m => m.f.train()),
        ("Training", "public Base f = new();", s => new Guard.Training(s.Field, true, SourceLocation.None), m => m.f.eval()),
        ("ForwardHook", "public Base f = new();", s => new Guard.NoHooks(s.Field, SourceLocation.None), m => Hooks.Forward(m.f)),
        ("PreHook", "public Base f = new();", s => new Guard.NoHooks(s.Field, SourceLocation.None), m => Hooks.Pre(m.f)),
        ("ModuleHook", "public Base f = new();", s => new Guard.NoHooks(s.Field, SourceLocation.None), m => Hooks.Module(m.f)),
        ("ModulePreHook", "public Base f = new();", s => new Guard.NoHooks(s.Field, SourceLocation.None), m => Hooks.ModulePre(m.f)),
        ("Delegate", "public Func<Tensor, Tensor>? f = Functions.Twice;", s => s.Calls("Guarded.Functions", "Twice"), m => m.SetFunction()),
        ("DelegateNull", "public Func<Tensor, Tensor>? f = Functions.Twice;", s => s.Calls("Guarded.Functions", "Twice"), m => m.f = null),
        ("Multicast", "public Func<Tensor, Tensor>? f = Functions.Twice;", s => s.Calls("Guarded.Functions", "Twice"), m => m.f += m.f),
        ("PrivateOfAnother", "public Outer f = new();", s => s.EqualPrivate("inner", "depth", 5L), m => m.f.Show().Set(6)),
        ("PrivateMethodOfAnother", "public Outer f = new();", s => s.EqualFound(5L), m => m.f.Show().Set(6)),
        ("FieldOfStruct", "public Pair f = new() { First = 1, Second = 2 };", s => s.EqualMember("First", 1L), m => m.SetPair(9, 2)),
        ("PropertyOfStruct", "public Pair f = new() { First = 1, Second = 2 };", s => s.EqualMember("Second", 2L), m => m.SetPair(1, 9)),
        ("Cast", "public Base f = new Derived();", s => new Guard.Training(new Access.Cast(s.Field, s.Type("Guarded.Derived")), true, SourceLocation.None), m => m.f.eval()),
        ("Static", "public int f;", s => s.EqualStatic(), m => m.SetCounter(2)),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void RunsTheOriginalWhenItFails(string name)
    {
        var row = Rows.Single(r => r.Name == name);
        var method = $"Guarded.On{name}.forward";
        var (original, dropIn) = guarded.Application.Make($"Guarded.On{name}");
        using var off = no_grad();
        using var x = randn(3, 4);
        using Tensor expected = original.forward(x);
        using Tensor compiled = guarded.Application.Compiled<Tensor>(method, () => dropIn.forward(x));
        Assert.Equal(expected.data<float>().ToArray(), compiled.data<float>().ToArray());
        row.Break(dropIn);
        var guard = guarded.Guards[method];
        using Tensor missed = guarded.Application.Missed<Tensor>(method, $"'{guard}' does not hold", () => dropIn.forward(x));
        Assert.Equal(expected.data<float>().ToArray(), missed.data<float>().ToArray());
    }

    [Fact]
    public void AProvedGuardIsNotChecked()
    {
        var (_, dropIn) = guarded.Application.Make("Guarded.Proved");
        dropIn.f = 4;
        using var x = randn(3, 4);
        using Tensor y = guarded.Application.Compiled<Tensor>("Guarded.Proved.forward", () => dropIn.forward(x));
    }

    private static object s_other(object model, string type) => Activator.CreateInstance(model.GetType().Assembly.GetType(type)!)!;

    private static class Hooks
    {
        public static void Forward(nn.Module<Tensor, Tensor> m) => m.register_forward_hook((_, _, y) => y);

        public static void Pre(nn.Module<Tensor, Tensor> m) => m.register_forward_pre_hook((_, x) => x);

        public static void Module(nn.Module<Tensor, Tensor> m) => m.register_forward_hook(_ => { });

        public static void ModulePre(nn.Module<Tensor, Tensor> m) => m.register_forward_pre_hook(_ => { });
    }

    /// <summary>The guarded field, and shorthands for guards on it.</summary>
    internal sealed record Subject(MethodDefinition Method_)
    {
        public ModuleDefinition Module => Method_.Module;

        public TypeSystem Basic => Module.TypeSystem;

        public Access Field => Read(Method_.DeclaringType, new Access.Argument(0, "this", Method_.DeclaringType), "f");

        public TypeDefinition Type(string name) => Module.GetType(name);

        public Guard Equal(object value) => new Guard.Equal(Field, value, SourceLocation.None);

        public Guard Exact(string type) => new Guard.ExactType(Field, Type(type), SourceLocation.None);

        public Guard Compare(ComparisonKind kind, double value) => new Guard.Compare(Field, kind, value, SourceLocation.None);

        public Guard Count(string? getter, int value) => new Guard.Count(Field, getter is null ? null : Method(Field.Type, getter), value, SourceLocation.None);

        public Guard Calls(string type, string name) => new Guard.DelegateTarget(Field, Type(type).Methods.Single(m => m.Name == name), SourceLocation.None);

        public Guard EqualPrivate(string first, string second, long value) =>
            new Guard.Equal(Read(Type("Guarded.Inner"), Read(Type("Guarded.Outer"), Field, first), second), value, SourceLocation.None);

        public Guard EqualFound(long value) =>
            new Guard.Equal(Read(Type("Guarded.Inner"), new Access.Property(Field, Type("Guarded.Outer").Methods.Single(m => m.Name == "Find"), Type("Guarded.Inner")), "depth"), value, SourceLocation.None);

        public Guard EqualMember(string name, long value)
        {
            TypeDefinition pair = Type("Guarded.Pair");
            Access member = pair.Methods.FirstOrDefault(m => m.Name == "get_" + name) is { } getter
                ? new Access.Property(Field, getter, Basic.Int32)
                : Read(pair, Field, name);
            return new Guard.Equal(member, value, SourceLocation.None);
        }

        public Guard EqualStatic() => new Guard.Equal(new Access.Static(Type("Guarded.Functions").Fields.Single(f => f.Name == "Counter"), Basic.Int32), 1L, SourceLocation.None);

        public MethodReference Method(TypeReference type, string name)
        {
            MethodDefinition definition = type.Resolve().Methods.Single(m => m.Name == name);
            var reference = new MethodReference(name, definition.ReturnType, type) { HasThis = true };
            foreach (ParameterDefinition p in definition.Parameters)
                reference.Parameters.Add(new ParameterDefinition(p.ParameterType));
            return reference;
        }

        private static Access.Field Read(TypeDefinition type, Access of, string field)
        {
            FieldDefinition definition = type.Fields.Single(f => f.Name == field);
            return new Access.Field(of, definition, definition.FieldType);
        }
    }

    /// <summary>One assembly with a class for each row; each class's version has the row's guard besides its own.</summary>
    public sealed class Guarded : IDisposable
    {
        public Guarded()
        {
            var source = new StringBuilder(Types);
            foreach (var (name, fields) in Rows.Select(r => (Name: "On" + r.Name, r.Fields)).Append(("Proved", "public int f = 3;")))
            {
                source.Append($$"""

                    public class {{name}} : Module<Tensor, Tensor>
                    {
                        {{fields}}
                        public {{name}}() : base("{{name}}") { }
                        public override Tensor forward(Tensor x) => (x * 2).relu();
                        private static Base Evaluated() { var made = new Base(); made.eval(); return made; }
                        {{(name == "OnEnum" ? "public void SetMode(int value) => f = (Mode)value;" : "")}}
                        {{(name == "OnSmallEnum" ? "public void SetSmall(int value) => f = (Small)value;" : "")}}
                        {{(name == "OnDelegate" ? "public void SetFunction() => f = Functions.Thrice;" : "")}}
                        {{(name.Contains("Struct") ? "public void SetPair(int first, int second) => f = new() { First = first, Second = second };" : "")}}
                        {{(name == "OnStatic" ? "public void SetCounter(int value) => Functions.Counter = value;" : "")}}
                    }
                    """);
            }

            Application = DropInApplication.Of(source.ToString(), edit: Edit);
            Assert.Empty(Application.Result.Diagnostics);
        }

        internal DropInApplication Application { get; }

        public Dictionary<string, string> Guards { get; } = [];

        public void Dispose() => Application.Dispose();

        private CompiledMethod Edit(CompiledMethod method)
        {
            var subject = new Subject(method.Lifted.Method);
            var name = method.Lifted.Method.DeclaringType.Name;
            Guard guard;
            if (name == "Proved")
                guard = new Guard.Equal(subject.Field, 3L, SourceLocation.None, Proved: true);
            else if (Rows.SingleOrDefault(r => "On" + r.Name == name) is { Guard: { } make })
                guard = make(subject);
            else
                return method;
            Guards[method.Lifted.Name] = guard.ToString();
            return method with { Versions = [.. method.Versions.Take(1).Select(v => v with { Lifted = v.Lifted with { Guards = v.Lifted.Guards.Add(guard) } })] };
        }
    }
}
