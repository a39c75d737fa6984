using System.Collections.Immutable;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>A method reads or writes what others can see.</summary>
/// <param name="What">The place itself: a field, or <c>[]</c> of what it holds.</param>
/// <param name="Location">Where that happens, in this method or in one that it calls.</param>
/// <param name="Field">The field, for one.</param>
/// <param name="Via">The calls that lead there, outermost first: <c>Update() at Model.cs(33,9)</c>.</param>
internal sealed record HeapAccess(bool IsWrite, Place What, SourceLocation Location, FieldReference? Field, ImmutableArray<string> Via)
{
    /// <summary>Accesses with one key are one for the report.</summary>
    public (bool, Place, string?) Key => (IsWrite, What, Field?.FullName);
}

/// <summary>What a method does to the heap, itself and through what it calls, and where its result lives.</summary>
internal sealed record MethodEffects(ImmutableArray<HeapAccess> Accesses, Place Returns)
{
    public static MethodEffects None { get; } = new([], Place.Of(Root.Fresh));

    public bool Equals(MethodEffects? other) => other is not null && Returns == other.Returns && Accesses.Select(a => a.Key).SequenceEqual(other.Accesses.Select(a => a.Key));

    public override int GetHashCode() => Accesses.Length;
}
