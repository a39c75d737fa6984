#!/bin/sh
# ./build.sh [TARGET]: the targets and all they do are C# in eng/; without a target they are listed.
exec dotnet run --project "$(dirname "$0")/eng/DlAot.Eng.csproj" -v q -- "$@"
