using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>What all stubs of one assembly share.</summary>
internal sealed record DropInContext(World World, TypeImporter Types, CoreMembers Core, RuntimeMembers Runtime, TorchMembers Torch, LibraryClass Library)
{
    public void MarkGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Add(new CustomAttribute(Core.Constructor(Types.Core("System.Runtime.CompilerServices", "CompilerGeneratedAttribute"))));
}
