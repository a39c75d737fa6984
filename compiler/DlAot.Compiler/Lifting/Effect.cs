using System.Collections.Immutable;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Something that a method does to the world outside, in the order in which the program does it. A compiled call does all of it at
/// its end, when nothing can fail any more and hand over to the original body.
/// </summary>
public abstract record Effect
{
    /// <summary>The sizes that it needs.</summary>
    public IEnumerable<DimExpr> Sizes => Values.SelectMany(v => v.Sizes).Concat(this is WriteTensor w ? OutputTree.SizesOf(w.Path) : []);

    /// <summary>What it stores or passes.</summary>
    public ImmutableArray<OutputTree> Values => this switch
    {
        StoreField s => [s.Value],
        StoreStatic s => [s.Value],
        StoreElement s => [s.Value],
        WriteTensor w => [w.Value],
        Call c => c.Arguments,
        _ => [],
    };

    /// <summary>A field of an object that lives outside gets a value.</summary>
    public sealed record StoreField(Access Owner, FieldReference Field, TypeReference Type, OutputTree Value) : Effect
    {
        public override string ToString() => $"writes {new Access.Field(Owner, Field, Type)}";
    }

    /// <summary>An element of an array that lives outside gets a value.</summary>
    public sealed record StoreElement(Access Array, int Index, TypeReference Type, OutputTree Value) : Effect
    {
        public override string ToString() => $"writes {Array}[{Index}]";
    }

    /// <summary>Elements of a tensor that lives outside are written.</summary>
    /// <param name="Path">View operations that lead from the tensor to the part that is written.</param>
    /// <param name="Value">What is copied there; nothing else refers to it.</param>
    public sealed record WriteTensor(Access Base, ImmutableArray<Node> Path, OutputTree.Tensor Value) : Effect
    {
        public override string ToString() => $"writes elements of {Base}";
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
