using System.Collections.Immutable;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>How the host stub reaches something that lives outside of the lifted method: a path from an argument.</summary>
public abstract record Access(TypeReference Type)
{
    /// <summary>Tells places apart, also those of the same name: private fields of a class and of its base.</summary>
    public string Key => this switch
    {
        Argument a => $"#{a.Index}",
        Field f => $"{f.Of.Key}.{f.Reference.FullName}",
        Static f => f.Reference.FullName,
        State s => s.Getter.FullName,
        Property p => $"{p.Of.Key}.{p.Getter.FullName}",
        Named n => $"{n.Of.Key}.{n.Getter.Name}({n.Name})",
        Element e => $"{e.Of.Key}[{e.Index}]",
        Keyed k => $"{k.Of.Key}[{(k.At is string ? $"\"{k.At}\"" : k.At)}]",
        Cast c => c.Of.Key,
        Elements e => $"{e.Of.Key}.all",
        Root r => $"sqrt({r.Of.Key}+{r.More})",
        Walk w => $"{w.Of.Key}.{w.Method.Name}({string.Join(",", w.Arguments)}){(w.IsFirst ? ".First" : "")}",
        _ => GetType().FullName!,
    };

    /// <summary>Argument number, 0 being <c>this</c> of an instance method.</summary>
    public sealed record Argument(int Index, string Name, TypeReference Type) : Access(Type)
    {
        public override string ToString() => Name;
    }

    /// <summary>
    /// An instance field; <paramref name="IsSettled"/> when its owner stored it before any guess decided what the constructor did,
    /// <paramref name="IsDoubtful"/> when what it holds came with an argument.
    /// </summary>
    public sealed record Field(Access Of, FieldReference Reference, TypeReference Type, bool IsSettled = false, bool IsDoubtful = false) : Access(Type)
    {
        public override string ToString() => $"{Of}.{Display(Reference.Name)}";

        // <Name>k__BackingField => Name
        private static string Display(string name) => name.StartsWith('<') && name.IndexOf('>') is > 1 and var end ? name[1..end] : name;
    }

    /// <summary>A static field.</summary>
    public sealed record Static(FieldReference Reference, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Reference.DeclaringType.Name}.{Reference.Name}";
    }

    /// <summary>The result of a static method without parameters and effects that tells a setting of the process or thread: <c>torch.get_default_dtype()</c>.</summary>
    public sealed record State(MethodReference Getter, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Getter.DeclaringType.Name}.{Getter.Name}()";
    }

    /// <summary>The result of a parameterless instance method without effects: a property getter such as <c>Linear.weight</c>.</summary>
    public sealed record Property(Access Of, MethodReference Getter, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}.{Getter.Name.Replace("get_", "", StringComparison.Ordinal)}";
    }

    /// <summary>The result of a getter by name: <c>get_parameter("weight_hh_l0")</c>; may be null.</summary>
    public sealed record Named(Access Of, MethodReference Getter, string Name, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}.{Name}";
    }

    /// <summary>Element <paramref name="Index"/> through an indexer; <paramref name="Getter"/> null means an array.</summary>
    public sealed record Element(Access Of, int Index, MethodReference? Getter, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}[{Index}]";
    }

    /// <summary>What a dictionary holds under a string or a number, which it is known to hold.</summary>
    public sealed record Keyed(Access Of, object At, MethodReference Getter, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}[{At}]";
    }

    /// <summary>
    /// What a module's walk over its parameters or buffers gives, as an array of objects, or the first of it, null when there is none.
    /// </summary>
    public sealed record Walk(Access Of, MethodReference Method, ImmutableArray<bool> Arguments, bool IsFirst, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}.{Method.Name}()";
    }

    /// <summary>All that a sequence gives, as an array of objects.</summary>
    /// <param name="Enumerator">The method that gives the enumerator, where the sequence's own is not to be asked; null for <c>IEnumerable</c>'s.</param>
    public sealed record Elements(Access Of, MethodReference? Enumerator, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"{Of}";
    }

    /// <summary>The square root of a whole number and something more, rounded down.</summary>
    public sealed record Root(Access Of, long More, TypeReference Type) : Access(Type)
    {
        public override string ToString() => $"root_of_{Of}";
    }

    /// <summary>The same object as another type, known by a guard.</summary>
    public sealed record Cast(Access Of, TypeReference Type) : Access(Type)
    {
        public override string ToString() => Of.ToString();
    }
}

/// <summary>A condition on the outside world that the compiled code relies on; checked in order before anything else runs.</summary>
/// <param name="Proved">True when it always holds, so that it is reported but not checked.</param>
public abstract record Guard(Access Subject, SourceLocation Location, bool Proved)
{
    /// <summary>Not null and of exactly this type (or, for a sealed static type, just not null).</summary>
    public sealed record ExactType(Access Subject, TypeReference Type, SourceLocation Location, bool Proved = false) : Guard(Subject, Location, Proved)
    {
        public override string ToString() => $"{Subject} is exactly {Type.Name}";
    }

    /// <summary>Null or of no type that goes as this one.</summary>
    public sealed record NotType(Access Subject, TypeReference Type, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} is no {Type.Name}";
    }

    /// <summary>Another string than this one, or null.</summary>
    public sealed record NotText(Access Subject, string Value, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} != {Value}";
    }

    public sealed record Null(Access Subject, bool IsNull, SourceLocation Location, bool Proved = false) : Guard(Subject, Location, Proved)
    {
        public override string ToString() => $"{Subject} is {(IsNull ? "null" : "not null")}";
    }

    /// <summary>A number, bool, char, enum (as long or double) or string equals a constant.</summary>
    public sealed record Equal(Access Subject, object Value, SourceLocation Location, bool Proved = false) : Guard(Subject, Location, Proved)
    {
        public override string ToString() => $"{Subject} == {Value}";
    }

    /// <summary>A setting of the process or thread is what it mostly is; <paramref name="Text"/> says so in words.</summary>
    public sealed record Setting(Access Subject, long Value, string Text, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => Text;
    }

    /// <summary>
    /// A number compares so with a constant. The opposite of a comparison is not its complement when the number is NaN: the
    /// check fails then, whichever way it was assumed.
    /// </summary>
    public sealed record Compare(Access Subject, ComparisonKind Kind, double Value, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} {Kind} {Value}";
    }

    /// <summary>A list has so many elements; <paramref name="Getter"/> null means an array's length.</summary>
    public sealed record Count(Access Subject, MethodReference? Getter, int Value, SourceLocation Location, bool Proved = false) : Guard(Subject, Location, Proved)
    {
        public override string ToString() => $"{Subject}.Count == {Value}";
    }

    /// <summary>A dictionary has a value for a key.</summary>
    public sealed record HasKey(Access Subject, object At, MethodReference Contains, bool Value, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} has {(Value ? "" : "no ")}'{At}'";
    }

    /// <summary>The module's training flag.</summary>
    public sealed record Training(Access Subject, bool Value, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject}.training == {(Value ? "true" : "false")}";
    }

    /// <summary>No forward hooks are registered on the module.</summary>
    public sealed record NoHooks(Access Subject, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} has no hooks";
    }

    /// <summary>Two paths lead to one object.</summary>
    public sealed record Same(Access Subject, Access Other, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} is {Other}";
    }

    /// <summary>Two paths lead to different objects.</summary>
    public sealed record NotSame(Access Subject, Access Other, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} is not {Other}";
    }

    /// <summary>Dense tensors, of which <paramref name="Subject"/> is the first, share no memory with each other or with others.</summary>
    public sealed record Disjoint(Access Subject, ImmutableArray<Access> Written, ImmutableArray<Access> Others, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} shares no memory with {(Written.Length + Others.Length == 2 ? Written.Skip(1).Concat(Others).First() : "other tensors")}";
    }

    /// <summary>A delegate calls exactly this method.</summary>
    public sealed record DelegateTarget(Access Subject, MethodReference Method, SourceLocation Location) : Guard(Subject, Location, false)
    {
        public override string ToString() => $"{Subject} is {Method.Name}";
    }
}
