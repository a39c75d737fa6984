using System.Collections.Immutable;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Something that a method does to the world outside, in the order in which the program does it. A compiled call does all of it at
/// its end, when nothing can fail any more and hand over to the original body.
/// </summary>
public abstract record Effect
{
    /// <summary>What it stores or passes.</summary>
    public ImmutableArray<OutputTree> Values => this switch
    {
        StoreField s => [s.Value],
        StoreStatic s => [s.Value],
        Call c => c.Arguments,
        _ => [],
    };

    /// <summary>A field of an object that lives outside gets a value.</summary>
    public sealed record StoreField(Access Owner, FieldReference Field, TypeReference Type, OutputTree Value) : Effect
    {
        public override string ToString() => $"writes {new Access.Field(Owner, Field, Type)}";
    }

    /// <summary>A static field gets a value.</summary>
    public sealed record StoreStatic(FieldReference Field, TypeReference Type, OutputTree Value) : Effect
    {
        public override string ToString() => $"writes {new Access.Static(Field, Type)}";
    }

    /// <summary>A call that computes nothing the method needs: Dispose, Console.WriteLine. Its result is dropped.</summary>
    /// <param name="Receiver">Null for a static method.</param>
    public sealed record Call(MethodReference Method, Access? Receiver, ImmutableArray<OutputTree> Arguments) : Effect
    {
        public override string ToString() => $"calls {Interpreter.Describe(Method)}{(Receiver is null ? "" : $" of {Receiver}")}";
    }
}
