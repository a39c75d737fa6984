namespace DlAot.CodeGen.Llvm;

/// <summary>An angle less <c>Quarter</c> (modulo 4 in its low bits) quarter turns, at most pi/4 in size, as the sum of High and Low.</summary>
internal readonly record struct ReducedAngle(Lanes High, Lanes Low, Lanes Quarter);
